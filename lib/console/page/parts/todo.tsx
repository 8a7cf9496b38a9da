/**
 * What to do, as a sentence. Its command can be copied.
 *
 *   <Todo todo={finding.todo} />
 */
import { commandIn } from '../base/command.ts';
import { Copyable } from './copyable.tsx';

export function Todo({ todo }: { readonly todo: string | undefined }) {
  if (todo === undefined || todo === '') return null;
  const command = commandIn(todo);
  const words = command !== undefined && todo.endsWith(command) ? todo.slice(0, -command.length).trim() : todo;
  return (
    <>
      {words !== '' && <p class="muted">{words}</p>}
      {command !== undefined && <Copyable text={command} />}
    </>
  );
}
