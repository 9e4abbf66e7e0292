/**
 * What a shell reads to complete our commands. Each asks `dtbus completion words -- WORDS`, which answers in lines: a
 * value, a tab and what it is; or `:files:` and the endings of files that may stand there too.
 */
export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# dtbus completion for bash: put it into ~/.bashrc as  source <(dtbus completion bash)
_dtbus() {
  local cur=\${COMP_WORDS[COMP_CWORD]} line ending
  [[ $cur == "=" ]] && cur=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      ":files:*")
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur") ;;
      ":files:"*)
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
          compgen -d -- "$cur"
          IFS=,
          for ending in \${line#:files:}; do compgen -f -X "!*.$ending" -- "$cur"; done
        ) ;;
      ?*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _dtbus dtbus
`,
  zsh: `#compdef dtbus
# dtbus completion for zsh: put it into ~/.zshrc, after compinit, as  source <(dtbus completion zsh)
_dtbus() {
  local line value
  local -a values
  for line in "\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      ':files:*') _files ;;
      ':files:'*) _files -g "*.(\${\${line#:files:}//,/|})(-.)" ;;
      ?*)
        value=\${line%%$'\\t'*}
        values+=("\${value//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( $#values )) && _describe dtbus values
  return 0
}
compdef _dtbus dtbus
`,
  fish: `# dtbus completion for fish: dtbus completion fish > ~/.config/fish/completions/dtbus.fish
function __dtbus_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (dtbus completion words -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':files:\\*'
        __fish_complete_path (commandline -ct)
      case ':files:*'
        for ending in (string split , -- (string replace ':files:' '' -- $line))
          __fish_complete_suffix .$ending
        end
      case '*'
        echo $line
    end
  end
end
complete -c dtbus -f -a '(__dtbus_complete)'
`,
};
