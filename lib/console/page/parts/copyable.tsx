/**
 * A command or another text to take along: click copies it, and says so.
 *
 *   <Copyable text="npx sluice dlq redrive send-email --stage prod" />
 */
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

export function Copyable({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(done ? 'Copied' : 'Not copied: select it');
    setTimeout(() => setSaid(''), 2_000);
  };
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" class="button quiet" aria-label={`Copy: ${text}`} onClick={() => void copy()}>
        <Icon name={said === 'Copied' ? 'check' : 'copy'} />
      </button>
      <span class="copyable-said" role="status">
        {said}
      </span>
    </span>
  );
}
