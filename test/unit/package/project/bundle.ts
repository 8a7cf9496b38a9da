import { defineBundle } from 'sluice/bundle';

export const bundle = defineBundle({ assets: [{ from: 'greet.ts', to: 'greeting.txt' }] });
