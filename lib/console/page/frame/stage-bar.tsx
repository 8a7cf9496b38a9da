/** Which stage this is, in its colour, on every page; what may be done; light or dark. */
import { useEffect } from 'preact/hooks';
import type { About } from '../../api.ts';
import { about } from '../base/about.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { stageHue } from '../base/stage-hue.ts';
import { setTheme, THEMES, type Theme, theme } from '../base/theme.ts';
import { Icon, type IconName } from '../parts/icon.tsx';

export function StageBar() {
  const here = about.value;
  useEffect(() => {
    if (here) markTab(here);
  }, [here?.stage, here?.keepsData, here?.isEmulator]);
  return (
    <header class={`stage-bar ${here ? (here.keepsData ? 'keeps-data' : 'is-disposable') : ''}`}>
      <Link href={hrefs.overview()} class="brand">
        Sluice
      </Link>
      {here && <Stage here={here} />}
      <span class="stage-bar-end">
        {here?.readOnly && (
          <span class="mark" title="Started with --read-only: nothing can be changed here">
            <Icon name="lock" />
            Read-only
          </span>
        )}
        <ThemeSwitch />
      </span>
    </header>
  );
}

function Stage({ here }: { readonly here: About }) {
  const { stage, keepsData, isEmulator, region, profile, endpoint } = here;
  const place = isEmulator ? (endpoint ?? 'emulator') : [region, profile].filter(Boolean).join(' · ');
  const kind = keepsData ? 'keeps its data' : isEmulator ? 'on this machine' : 'disposable';
  return (
    <>
      <span class="stage-name">
        <span class="only-read">Stage </span>
        {stage}
      </span>
      <span class="stage-kind">
        {keepsData && <Icon name="lock" />}
        {kind}
      </span>
      <span class="stage-place">{place.replace(/^https?:\/\//, '')}</span>
    </>
  );
}

/** The stage's hue for the style, and for the tab's icon, which the server draws: the page may not make images. */
function markTab({ stage, keepsData, isEmulator }: About) {
  const hue = stageHue(stage);
  document.documentElement.style.setProperty('--stage-hue', String(hue));
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const tone = keepsData ? 'keeps' : isEmulator ? 'local' : 'other';
  if (icon) icon.href = `/icon.svg?tone=${tone}&hue=${hue}`;
}

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };
const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };

/** Each press takes the next of the three. */
function ThemeSwitch() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  const words = `Colours: ${THEME_WORDS[theme.value]}`;
  return (
    <button type="button" class="theme-switch" aria-label={words} title={words} onClick={() => setTheme(next)}>
      <Icon name={THEME_ICONS[theme.value]} />
    </button>
  );
}
