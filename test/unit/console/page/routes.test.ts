import { describe, expect, it } from 'vitest';
import { hrefs, routeOf } from '../../../../lib/console/page/base/routes.ts';
import { stageHue } from '../../../../lib/console/page/base/stage-hue.ts';

describe('addresses of the page', () => {
  it.each(['a/b', 'nightly:2026-11-30T01:30:00Z', '100 %', 'ä?#&', 'report.pdf'])(
    'lead back to the job whose key is %s',
    (key) => {
      const { pathname, search } = new URL(hrefs.job('send-email', key), 'http://localhost');
      expect(routeOf(pathname, search)).toEqual({ page: 'job', names: ['send-email', key], query: {} });
    },
  );

  it('lead back to a filter, without what is not set', () => {
    const { pathname, search } = new URL(hrefs.dead({ type: 'a', error: '4 & 5', key: '' }), 'http://localhost');
    expect(routeOf(pathname, search)).toEqual({ page: 'dead', names: [], query: { type: 'a', error: '4 & 5' } });
  });

  it.each(['/nothing', '/job/only-a-type', '/type/', '/dead/more', '/overview', '//'])('%s is of no page', (path) => {
    expect(routeOf(path, '').page).toBe('missing');
  });

  it('typed by hand with a lone % still lead somewhere', () => {
    expect(routeOf('/type/100%', '')).toMatchObject({ page: 'type', names: ['100%'] });
  });
});

describe('the colour of a stage', () => {
  it('is always the same, and another for the stages that most have', () => {
    const hues = ['dev', 'staging', 'prod', 'test', 'local', 'qa', 'demo'].map(stageHue);
    expect(stageHue('prod')).toBe(30);
    expect(new Set(hues).size).toBe(7);
  });
});
