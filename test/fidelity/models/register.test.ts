import { describe, expect, it } from 'vitest';
import { type Bound, clientsOf, moved, placeOf } from './bound.ts';
import { type ClientTypes, INSTALLED, readClientTypes } from './client-types.ts';
import { BOUNDS } from './register/index.ts';
import { SQS } from './register/sqs.ts';

const installed = readClientTypes(INSTALLED);
const isRead = ({ from }: Bound) => from.kind === 'text' || from.kind === 'enum';

/** The installed clients, but that every text is another. */
const saying = (change: (text: string) => string): ClientTypes => ({
  ...installed,
  text: (client, at) => {
    const text = installed.text(client, at);
    return text === undefined ? undefined : change(text);
  },
  values: () => ['SOMETHING_ELSE'],
});

describe('the limits, defaults and words that Sluice rests on', () => {
  it('are those of the installed clients, of the service models and of what was recorded', () => {
    expect(moved(BOUNDS, installed)).toEqual([]);
  });

  it('are more than sixty, each of a name of its own', () => {
    const names = BOUNDS.map(({ what }) => what);
    expect(new Set(names).size).toBe(names.length);
    expect(BOUNDS.filter((row) => row.from.kind !== 'model').length).toBeGreaterThanOrEqual(60);
    expect(clientsOf(BOUNDS)).toEqual(
      expect.arrayContaining(['sqs', 'dynamodb', 'lambda', 'eventbridge', 'scheduler']),
    );
  });

  it('are each seen to move', () => {
    const changes = [
      (text: string) => text.replace(/\d/g, '0'),
      (text: string) => text.replace(/\d/g, '3').replaceAll('ten', 'one'),
      (text: string) => text.replace(/[1-9]/g, '7').replaceAll('ten', 'one').replaceAll('!"#', '\t"#'),
    ];
    const reported = changes.flatMap((change) => moved(BOUNDS, saying(change))).join('\n');
    const silent = BOUNDS.filter(isRead).filter(({ what }) => !reported.includes(`${what}: `));
    expect(silent.map(({ what }) => what)).toEqual([]);
  });

  it('are named with both values, and where AWS’s was read', () => {
    const now = saying((text) => text.replaceAll('Valid values: 0 to 900', 'Valid values: 0 to 1,800'));
    const lines = moved(SQS, { ...now, values: installed.values });
    expect(lines).toEqual([
      expect.stringMatching(
        /^DelaySeconds \(MAX_DELAY_SECONDS of the contract\): ours is 900, AWS says 1800 \(@aws-sdk\/client-sqs \d+\.\d+\.\d+, SendMessageRequest\.DelaySeconds\)$/,
      ),
      expect.stringMatching(/^DelaySeconds of an entry .*: ours is 900, AWS says 1800 .*Entry\.DelaySeconds\)$/),
    ]);
  });

  it('are missed where a sentence, a member or an enum is gone', () => {
    const gone: ClientTypes = { ...installed, text: () => undefined, values: () => undefined };
    const rows = BOUNDS.filter(isRead);
    expect(moved(rows, gone)).toEqual(
      rows.map(
        ({ what, from }) =>
          [what, from.kind === 'enum' ? 'the enum is gone' : 'the member or command is gone'].join(': ') +
          ` (${placeOf(from, installed)})`,
      ),
    );
    expect(
      moved(
        SQS,
        saying(() => 'nothing'),
      )[0],
    ).toMatch(/it no longer says \/.*\/, but: nothing/);
  });
});
