export { visible, visibleJson, visibleLines } from '../../lib/operator/visible.ts';
