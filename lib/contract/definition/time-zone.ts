/** Older names of zones that are spelled as no other is: `Intl` knows them by another name, and takes any spelling. */
const IRREGULAR = (
  'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran ' +
  'Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK ' +
  'Singapore Turkey UCT Universal W-SU WET Zulu Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/UCT Etc/UTC ' +
  'America/Argentina/ComodRivadavia America/Knox_IN Australia/ACT Australia/LHI Australia/NSW Brazil/DeNoronha ' +
  'Chile/EasterIsland Mexico/BajaNorte Mexico/BajaSur'
).split(' ');
const REGULAR = /^(US|[A-Z][a-z]+)(\/[A-Z][a-z]+([_-][A-Z][a-z]+)*)+$/;
/** Known to `Intl` and not, or no longer, to the database. */
const FOREIGN = /^(SystemV\/|US\/Pacific-New$|Canada\/East-Saskatchewan$)/i;

/**
 * Looks for a zone in the IANA database. EventBridge Scheduler takes its names in its spelling only; `Intl` takes any
 * spelling, and short names of its own, as PST.
 *
 * @returns the name as the database spells it, as far as `Intl` tells; undefined if there is no such zone
 */
export function spelledTimeZone(name: string): string | undefined {
  const known = knownAs(name);
  if (known === undefined || FOREIGN.test(name)) return undefined;
  const isName = (one: string) => one.toLowerCase() === name.toLowerCase();
  const spelled = IRREGULAR.find(isName) ?? (isName(known) ? known : undefined);
  // What is left is an older name, as Asia/Kolkata: `Intl` does not say how it is spelled.
  return spelled ?? (REGULAR.test(name) ? name : undefined);
}

function knownAs(name: string): string | undefined {
  try {
    return /^[A-Za-z]/.test(name)
      ? new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
      : undefined;
  } catch {
    return undefined;
  }
}
