import type { VerbModel } from './model.ts';
import { quoted, wordsFunction } from './words.ts';

/**
 * What bash and zsh share. `_sluice_look` reads the words of the line up to the one that is completed, and leaves what fits there
 * in `_sluice_found`: words, or `@files`, `@folders`. Job types and stages are asked of the command, once a minute in a folder.
 */
export const sharedFunctions = (
  verbs: readonly VerbModel[],
  command: readonly string[],
): string => `${wordsFunction(verbs)}
_sluice_asked() {
  if [[ "$_sluice_asked_of" != "$1 $PWD" || $((SECONDS - _sluice_asked_at)) -gt 60 ]]; then
    _sluice_answer=$(${command.map(quoted).join(' ')} completion "$1" 2>/dev/null | tr '\\n' ' ')
    _sluice_asked_of="$1 $PWD"
    _sluice_asked_at=$SECONDS
  fi
  _sluice_found=$_sluice_answer
}
_sluice_look() {
  local verb='' word='' before='' values='' operands=0 dashed=''
  for word in "$@"; do
    if [[ -n $values ]]; then values='' before=''; continue; fi
    if [[ -z $dashed && $word == -* ]]; then
      [[ $word == -- ]] && dashed=1
      [[ $word == *=* ]] && continue
      values=$(_sluice_words "$verb" "value $word")
      before=$word
    elif [[ -z $dashed && $operands -eq 0 && " $(_sluice_words "$verb" below) " == *" $word "* ]]; then
      verb="\${verb:+$verb }$word"
    else
      operands=$((operands + 1))
    fi
  done
  if [[ -n $values ]]; then _sluice_found=$values
  elif [[ -z $dashed && $_sluice_current == --*=* ]]; then _sluice_found=$(_sluice_words "$verb" "value \${_sluice_current%%=*}")
  elif [[ -z $dashed && $_sluice_current == -* ]]; then _sluice_found=$(_sluice_words "$verb" options)
  else
    [[ $operands -eq 0 ]] && _sluice_found=$(_sluice_words "$verb" below)
    [[ -n $_sluice_found ]] || _sluice_found=$(_sluice_words "$verb" "operand $((operands + 1))")
  fi
  case $_sluice_found in
    @types) _sluice_asked types ;;
    @stages) _sluice_asked stages ;;
    @free) _sluice_found='' ;;
  esac
}`;

/** The script of bash, 3.2 or newer. */
export const bashScript = (
  verbs: readonly VerbModel[],
  command: readonly string[],
): string => `# bash completion of sluice
${sharedFunctions(verbs, command)}
_sluice() {
  local _sluice_current=\${COMP_WORDS[COMP_CWORD]} _sluice_found='' words=() i
  for ((i = 1; i < COMP_CWORD; i++)); do words+=("\${COMP_WORDS[i]}"); done
  # bash splits a word at "=": --reason=Cra are three.
  if [[ $_sluice_current == = ]]; then _sluice_current=''; fi
  if [[ \${#words[@]} -gt 0 && \${words[\${#words[@]}-1]} == = ]]; then unset 'words[\${#words[@]}-1]'; fi
  _sluice_look "\${words[@]}"
  case $_sluice_found in
    @files) COMPREPLY=($(compgen -f -- "$_sluice_current")) ;;
    @folders) COMPREPLY=($(compgen -d -- "$_sluice_current")) ;;
    *) COMPREPLY=($(compgen -W "$_sluice_found" -- "$_sluice_current")) ;;
  esac
}
complete -o filenames -o bashdefault -F _sluice sluice
`;
