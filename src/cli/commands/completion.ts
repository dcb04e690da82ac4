/**
 * `slipway completion`: the script that connects a shell's completion with `slipway __complete`, which knows the commands.
 */
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import type { Shell } from '../reference.ts'
import { printJson } from '../session.ts'

/** Prints the script. */
export async function completion(context: Context, shell: Shell): Promise<number> {
  const script = scripts[shell]
  if (context.json) await printJson(context, { shell, script })
  else await context.io.out(script)
  return EXIT_OK
}

/** What a word stands for is shown while several fit; one alone is inserted as it is. */
const bash = `# bash completion for slipway; made by: slipway completion bash
_slipway() {
  local current=\${COMP_WORDS[COMP_CWORD]} word about
  local -a found=()
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [ "$word" = ':files' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      return
    fi
    COMPREPLY+=("$word")
    found+=("$word\${about:+  ($about)}")
  done < <("\${COMP_WORDS[0]}" __complete "--current=$current" -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
  if [ "\${#found[@]}" -gt 1 ] && [ "\${COMP_TYPE:-9}" = 63 ]; then COMPREPLY=("\${found[@]}"); fi
}
complete -F _slipway slipway
`

const zsh = `#compdef slipway
# zsh completion for slipway; made by: slipway completion zsh
_slipway() {
  local -a found
  local word about
  while IFS=$'\\t' read -r word about; do
    if [[ $word == ':files' ]]; then
      _files
      return
    fi
    found+=("\${word//:/\\\\:}\${about:+:$about}")
  done < <("\${words[1]}" __complete "--current=\${words[CURRENT]}" -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)
  _describe 'slipway' found
}
if [ "$funcstack[1]" = '_slipway' ]; then
  _slipway "$@"
else
  compdef _slipway slipway
fi
`

const fish = `# fish completion for slipway; made by: slipway completion fish
function __slipway_complete
  set -l current (commandline -ct)
  set -l before (commandline -opc)
  for line in ($before[1] __complete --current="$current" -- $before[2..-1] 2>/dev/null)
    if test "$line" = ':files'
      __fish_complete_path "$current"
    else
      echo -- $line
    end
  end
end
complete -c slipway -f -a '(__slipway_complete)'
`

/** PowerShell completes paths by itself where nothing is returned. */
const powershell = `# PowerShell completion for slipway; made by: slipway completion powershell
Register-ArgumentCompleter -Native -CommandName slipway -ScriptBlock {
  param($current, $line, $cursor)
  $before = @($line.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
  & slipway __complete "--current=$current" -- @before 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $word, $about = $_ -split "\\t", 2
    if (-not $about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
  }
}
`

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell }
