import { checkedStage, ENV } from '../contract/names.ts';

/** What a program says of the stage that it works with. */
export interface StageChoice {
  readonly stage: string | undefined;
  readonly app: string | undefined;
}

/** The full name of the stage that the options or the environment names, else `dev`, where the command looks too. */
export const stageOf = ({ stage, app }: StageChoice): string =>
  checkedStage(stage ?? (process.env[ENV.stage] || 'dev'), app);
