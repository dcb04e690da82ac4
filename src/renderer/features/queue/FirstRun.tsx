/**
 * Owns the first thing a new user sees: what Slipway does, a configuration to start from, and where to begin.
 */
import { Button, CopyButton, Group } from '@mantine/core'
import { IconCheck, IconCopy, IconPlus } from '@tabler/icons-react'
import { openDialog } from '../../store/panel-store.ts'

const example = `configuration: first-steps
batches:
  - type: hello
    run: [echo, "Hello {input}"]
    over: { list: [world, harbour, sea] }
`

export function FirstRun() {
  return (
    <div className="first-run">
      <h2>Welcome to Slipway</h2>
      <p className="dim">
        Describe work once in a file that ends in <code>.slipway.yaml</code>. Slipway turns it into batches,
        runs them one at a time in the order you see here, and notifies you when they are done.
      </p>
      <ol>
        <li>
          Save this as <code>first-steps.slipway.yaml</code>, or use a configuration you have.
          <pre className="mono">{example}</pre>
          <CopyButton value={example}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="compact-sm"
                onClick={copy}
                leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              >
                {copied ? 'Copied' : 'Copy the example'}
              </Button>
            )}
          </CopyButton>
        </li>
        <li>
          Choose it, preview its commands, and add them to the queue.
          <Group mt="xs">
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => openDialog({ kind: 'new-batch', file: null })}
            >
              New batch
            </Button>
          </Group>
        </li>
      </ol>
    </div>
  )
}
