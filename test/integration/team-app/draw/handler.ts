import { createCanvas } from '@napi-rs/canvas';
import { consumer } from '#sluice/engine';
import { draw } from './definition.ts';

/** Uses a package with native code. */
export const handler = consumer(draw, async ({ width }) => {
  const png = createCanvas(width, 1).toBuffer('image/png');
  return { bytes: png.length, width };
});
