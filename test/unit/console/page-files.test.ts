import { describe, expect, it } from 'vitest';
import { served } from './support/served.ts';

describe('the console serves', () => {
  it.each(['/job/probe/report.pdf', '/flow/probe/v1.2', '/type/probe', '/find?text=a.b'])(
    'the page at %s, whatever signs are in a key',
    async (path) => {
      const { call } = await served();
      const { status, text } = await call(path);
      expect([status, text.startsWith('<!doctype html>')]).toEqual([200, true]);
    },
  );

  it('no page under the name of a file that it does not have', async () => {
    const { call } = await served();
    expect((await call('/old-part.js')).status).toBe(404);
  });

  it("the tab's icon in the colour of the stage, filled where the stage keeps its data", async () => {
    const { call } = await served();
    const disposable = (await call('/icon.svg?tone=local&hue=240')).text;
    const kept = (await call('/icon.svg?tone=keeps&hue=30')).text;
    expect(disposable).toContain('stroke="oklch(45% 0.14 240)"');
    expect(kept).toContain('<rect width="16" height="16" rx="3" fill="oklch(45% 0.14 30)"/>');
  });

  it.each(['"/><script>', '', '1e9', '-1', '361'])('an icon of no hue of its own for the hue "%s"', async (hue) => {
    const { call } = await served();
    const { status, text } = await call(`/icon.svg?tone=keeps&hue=${encodeURIComponent(hue)}`);
    expect([status, text.includes('oklch(45% 0.14 260)')]).toEqual([200, true]);
  });
});
