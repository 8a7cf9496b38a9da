import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type Browsing, type PageOptions, thereIsABrowser } from './browsing.ts';
import type { Answers } from './canned/answers.ts';
import { NOW_MS } from './canned/overview.ts';
import { answerFrom, type Calls } from './canned.ts';
import { consoleOn, linkTo, noStage, type TestConsole } from './console.ts';

export interface CannedPage {
  readonly page: Page;
  readonly calls: Calls;
  /** Other answers from now on. */
  answer(answers: Answers): void;
}

/** Pages whose answers are canned, of one console that asks AWS nothing. Their clock stands at {@link NOW_MS}; their timers run. */
export function cannedConsole({ newPage }: Pick<Browsing, 'newPage'>) {
  let running: TestConsole | undefined;
  if (thereIsABrowser) {
    beforeAll(async () => {
      running = await consoleOn({ stage: noStage(), definitions: [] });
    });
    afterAll(() => running?.stop());
  }
  return {
    async open(path: string, answers: Answers, options?: PageOptions): Promise<CannedPage> {
      if (running === undefined) throw new Error('the console is started before the first test');
      let current = answers;
      const page = await newPage(options);
      await page.clock.setFixedTime(NOW_MS);
      const calls = await answerFrom(page, () => current);
      await page.goto(linkTo(running, path));
      const answer = (next: Answers) => {
        current = next;
      };
      return { page, calls, answer };
    },
  };
}
