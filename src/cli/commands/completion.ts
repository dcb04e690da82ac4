/** `slipway completion`: scripts for bash and zsh, made from the definitions of the commands themselves. */
import type { Command } from 'commander'
import { settingKeys } from '../../contract/settings.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { printJson } from '../session.ts'

/** Prints the script. */
export async function completion(context: Context, program: Command, shell: 'bash' | 'zsh'): Promise<number> {
  const script = shell === 'bash' ? bashScript(program) : zshScript(program)
  if (context.json) await printJson(context, { shell, script })
  else await context.io.out(script)
  return EXIT_OK
}

type Known = {
  name: string
  about: string
  options: {
    flag: string
    about: string
    values: readonly string[] | undefined
    takesFile: boolean
    takesValue: boolean
  }[]
  /** The kind of its arguments: batches, files, or fixed words. */
  first: 'batch' | 'file' | 'none'
  words: readonly string[]
}

function known(program: Command): Known[] {
  const shared = program.options.filter((option) => option.long === '--json')
  return program.commands.map((command) => {
    const argument = command.registeredArguments[0]
    const name = argument?.name() ?? ''
    return {
      name: command.name(),
      about: command.description(),
      options: [...command.options, ...shared].map((option) => ({
        flag: option.long ?? option.short ?? '',
        about: option.description,
        values: option.argChoices,
        takesFile: /<FILE>/.test(option.flags),
        takesValue: option.required || option.optional,
      })),
      first: name === 'BATCH' ? 'batch' : name === 'FILE' ? 'file' : 'none',
      words: argument?.argChoices ?? (name === 'KEY' ? settingKeys : []),
    }
  })
}

function bashScript(program: Command): string {
  const commands = known(program)
  const names = [...commands.map((one) => one.name), 'help'].join(' ')
  const values = commands.flatMap((command) =>
    command.options.flatMap(({ flag, values: choices, takesFile, takesValue }) => {
      if (choices !== undefined) return [`    ${command.name}:${flag}) words='${choices.join(' ')}' ;;`]
      if (takesFile) return [`    ${command.name}:${flag}) files=1 ;;`]
      return takesValue ? [`    ${command.name}:${flag}) return ;;`] : []
    }),
  )
  const cases = commands.map((command) => {
    const options = command.options.map((option) => option.flag).join(' ')
    const rest =
      command.first === 'batch'
        ? ' batches=1'
        : command.first === 'file'
          ? ' files=1'
          : command.words.length > 0
            ? ` words='${command.words.join(' ')}'`
            : ''
    return `    ${command.name}) options='${options} --help'${rest} ;;`
  })
  return `# bash completion for slipway; made by: slipway completion bash
_slipway() {
  local current previous command word words='' options='' files='' batches=''
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  command=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  COMPREPLY=()
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W '${names} --help --version --json' -- "$current"))
    return
  fi
  case $command:$previous in
${values.join('\n')}
  esac
  if [ -z "$words$files" ]; then
    case $command in
    help) words='${names}' ;;
${cases.join('\n')}
    esac
  fi
  case $current in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")); return ;;
  esac
  if [ -n "$batches" ]; then
    words=$("\${COMP_WORDS[0]}" list --all --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/.*"number": *\\([0-9]*\\).*/\\1/p')
  fi
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _slipway slipway
`
}

/** For zsh: one `_arguments` call per command. */
function zshScript(program: Command): string {
  const commands = known(program)
  const quoted = (text: string): string => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&')
  const list = commands.map((one) => `    '${one.name}:${quoted(one.about)}'`)
  const cases = commands.map((command) => {
    const specs = command.options.map(({ flag, about, values, takesFile, takesValue }) => {
      const value = values
        ? `:answer:(${values.join(' ')})`
        : takesFile
          ? ':file:_files'
          : takesValue
            ? ':value:'
            : ''
      return `'${flag}[${quoted(about)}]${value}'`
    })
    const rest =
      command.first === 'file'
        ? ["'*:file:_files'"]
        : command.first === 'batch'
          ? ["'*:batch:_slipway_batches'"]
          : command.words.length > 0
            ? [`'1:word:(${command.words.join(' ')})'`]
            : []
    return `    ${command.name}) _arguments ${[...specs, ...rest].join(' ')} ;;`
  })
  return `#compdef slipway
# zsh completion for slipway; made by: slipway completion zsh
_slipway_batches() {
  local -a numbers
  numbers=(\${(f)"$(slipway list --all --json 2>/dev/null | tr '{,' '\\n\\n' | sed -n 's/.*"number": *\\([0-9]*\\).*/\\1/p')"})
  compadd -a numbers
}
_slipway() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = '_slipway' ]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
`
}
