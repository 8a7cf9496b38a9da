import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Who may use the console: whoever brought a code that this process printed. */
export interface Session {
  /** A code that is good for one exchange, within a minute. */
  readonly newCode: () => string;
  /** @returns the token; undefined for a code that is wrong, used or too old */
  readonly exchange: (code: string) => string | undefined;
  readonly isToken: (token: string) => boolean;
  /** Counts a wrong code or token. @returns whether there were too many within a minute */
  readonly isTooMany: () => boolean;
}

const CODE_MS = 60_000;
/** Far more than a page with an old token sends by itself; far fewer than a guess of 256 bits needs. */
const WRONG_A_MINUTE = 60;

export function makeSession(now: () => number): Session {
  const token = secret();
  const codes: { readonly code: string; readonly untilMs: number }[] = [];
  let wrong: number[] = [];
  return {
    newCode: () => {
      const code = secret();
      codes.push({ code, untilMs: now() + CODE_MS });
      return code;
    },
    exchange: (given) => {
      const at = codes.findIndex(({ code }) => isSame(code, given));
      const [found] = at < 0 ? [] : codes.splice(at, 1);
      return found !== undefined && now() < found.untilMs ? token : undefined;
    },
    isToken: (given) => isSame(token, given),
    isTooMany: () => {
      const nowMs = now();
      wrong = [...wrong.filter((atMs) => nowMs - atMs < 60_000), nowMs].slice(-WRONG_A_MINUTE - 1);
      return wrong.length > WRONG_A_MINUTE;
    },
  };
}

/** 256 bits. */
const secret = (): string => randomBytes(32).toString('base64url');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** In constant time, whatever the lengths are. */
const isSame = (known: string, given: string): boolean => timingSafeEqual(digest(known), digest(given));
