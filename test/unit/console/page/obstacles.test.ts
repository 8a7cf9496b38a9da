import { describe, expect, it } from 'vitest';
import type { Trouble } from '../../../../lib/console/api.ts';
import { makeObstacles } from '../../../../lib/console/page/base/obstacles.ts';

const expired: Trouble = { kind: 'expired', message: 'expired' };
const unreachable: Trouble = { kind: 'unreachable', message: 'no answer' };

function watched() {
  const seen: (string | undefined)[] = [];
  return { seen, obstacles: makeObstacles((obstacle) => void seen.push(obstacle?.kind)) };
}

describe('what is in the way of the page', () => {
  it('stays while one feed says so, whatever others answer, and goes when that one answers well', () => {
    const { seen, obstacles } = watched();
    obstacles.answered('overview', { counts: { trouble: expired } });
    obstacles.answered('type', { samples: [] });
    obstacles.ended(undefined);
    obstacles.answered('overview', { counts: { trouble: expired } });
    expect(seen).toEqual(['expired']);
    obstacles.answered('overview', { counts: { data: [] } });
    expect(seen).toEqual(['expired', undefined]);
  });

  it('goes with the feed that nobody reads any more', () => {
    const { seen, obstacles } = watched();
    obstacles.answered('overview', { trouble: expired });
    obstacles.answered('overview', undefined);
    expect(seen).toEqual(['expired', undefined]);
  });

  it('is the missing answer first, and the expired credentials again after it', () => {
    const { seen, obstacles } = watched();
    obstacles.answered('overview', { trouble: expired });
    obstacles.ended(unreachable);
    obstacles.ended(undefined);
    expect(seen).toEqual(['expired', 'unreachable', 'expired']);
  });

  it('is not what one call was refused for: who called says it, and may never call again', () => {
    const { seen, obstacles } = watched();
    obstacles.ended(expired);
    expect(seen).toEqual([]);
  });
});
