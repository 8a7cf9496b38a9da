import type { ComponentType } from 'preact';
import type { CheckAnswer } from '../../api.ts';
import type { Field, Json } from './model.ts';
import type { Part } from './value.ts';

/** What a field of a form gets. */
export interface FormFieldProps {
  readonly field: Field;
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly value: Part;
  readonly faults: CheckAnswer['faults'];
  readonly isRequired?: boolean;
  readonly onValue: (value: Json) => void;
}

/** What a group gets beside: how to draw the fields in it. */
export type GroupProps<Kind extends Field['kind']> = FormFieldProps & {
  readonly field: Extract<Field, { kind: Kind }>;
  readonly Inner: ComponentType<FormFieldProps>;
};
