/** Light or dark: as the system has it, or as chosen here; the choice is kept in this browser. */
import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const STORED = 'sluice-theme';

const stored = localStorage.getItem(STORED);
export const theme = signal<Theme>(THEMES.find((name) => name === stored) ?? 'system');

/** The system's choice of the day, for what is drawn by script. */
const system = matchMedia('(prefers-color-scheme: dark)');
export const isDark = signal(false);

function apply() {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  isDark.value = theme.value === 'dark' || (theme.value === 'system' && system.matches);
}

system.addEventListener('change', apply);
apply();

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem(STORED, next);
  apply();
}
