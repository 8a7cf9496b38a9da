/** One of a few forms: which one is chosen, then its fields. What two of them share is carried over. */
import { useState } from 'preact/hooks';
import { Segments } from '../parts/segments.tsx';
import type { GroupProps } from './props.ts';
import { carriedOver, fits, variantOf } from './value.ts';

export function UnionFields({ field, Inner, ...props }: GroupProps<'union'>) {
  const { variants } = field;
  // A value may fit several: the one that was chosen last, while the value fits it or none.
  const [chosen, setChosen] = useState<number>();
  const likely = variantOf(field, props.value);
  const isStill = chosen !== undefined && (fitsAt(chosen) || !fitsAt(likely));
  const index = isStill ? chosen : likely;
  const variant = variants[index];
  function fitsAt(at: number): boolean {
    const one = variants[at];
    return one !== undefined && fits(one.field, props.value);
  }
  if (variant === undefined) return null;
  const choose = (next: string) => {
    const other = variants[Number(next)];
    if (other === undefined) return;
    setChosen(Number(next));
    props.onValue(carriedOver(other.field, props.value));
  };
  return (
    <div class={props.path.length === 0 ? 'form-union' : 'form-union is-nested'}>
      <Segments
        label={`Form of ${props.name}`}
        value={String(index)}
        options={variants.map(({ label }, at) => ({ value: String(at), label }))}
        onChange={choose}
      />
      <Inner key={index} {...props} field={variant.field} />
    </div>
  );
}
