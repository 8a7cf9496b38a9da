import { sharedFunctions } from './bash.ts';
import type { VerbModel } from './model.ts';

/** The script of zsh, after `compinit`. */
export const zshScript = (verbs: readonly VerbModel[], command: readonly string[]): string => `#compdef sluice
# zsh completion of sluice
${sharedFunctions(verbs, command)}
_sluice() {
  local _sluice_current="\${words[CURRENT]}" _sluice_found=''
  _sluice_look "\${(@)words[2,CURRENT-1]}"
  case $_sluice_found in
    @files) _files ;;
    @folders) _files -/ ;;
    *)
      if [[ $_sluice_current == --*=* ]]; then compset -P '*='; fi
      compadd -- \${=_sluice_found}
      ;;
  esac
}
compdef _sluice sluice
`;
