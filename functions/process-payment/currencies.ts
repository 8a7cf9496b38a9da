/**
 * Currencies that Stripe takes, by how it counts an amount of them (docs.stripe.com/currencies): in hundredths, in whole
 * units, or in thousandths.
 */
const HUNDREDTHS = [
  ...['aed', 'afn', 'all', 'amd', 'ang', 'aoa', 'ars', 'aud', 'awg', 'azn', 'bam', 'bbd', 'bdt', 'bgn', 'bmd', 'bnd'],
  ...['bob', 'brl', 'bsd', 'bwp', 'byn', 'bzd', 'cad', 'cdf', 'chf', 'cny', 'cop', 'crc', 'cve', 'czk', 'dkk', 'dop'],
  ...['dzd', 'egp', 'etb', 'eur', 'fjd', 'fkp', 'gbp', 'gel', 'gip', 'gmd', 'gtq', 'gyd', 'hkd', 'hnl', 'htg', 'huf'],
  ...['idr', 'ils', 'inr', 'isk', 'jmd', 'kes', 'kgs', 'khr', 'kyd', 'kzt', 'lak', 'lbp', 'lkr', 'lrd', 'lsl', 'mad'],
  ...['mdl', 'mkd', 'mmk', 'mnt', 'mop', 'mur', 'mvr', 'mwk', 'mxn', 'myr', 'mzn', 'nad', 'ngn', 'nio', 'nok', 'npr'],
  ...['nzd', 'pab', 'pen', 'pgk', 'php', 'pkr', 'pln', 'qar', 'ron', 'rsd', 'rub', 'sar', 'sbd', 'scr', 'sek', 'sgd'],
  ...['shp', 'sle', 'sos', 'srd', 'std', 'szl', 'thb', 'tjs', 'top', 'try', 'ttd', 'twd', 'tzs', 'uah', 'ugx', 'usd'],
  ...['uyu', 'uzs', 'wst', 'xcd', 'xcg', 'yer', 'zar', 'zmw'],
] as const;
const WHOLE = [
  ...['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'],
] as const;
const THOUSANDTHS = ['bhd', 'jod', 'kwd', 'omr', 'tnd'] as const;

export const CURRENCIES = [...HUNDREDTHS, ...WHOLE, ...THOUSANDTHS] as const;
export type Currency = (typeof CURRENCIES)[number];

/** What an amount must be a multiple of: thousandths end in 0; these two are counted in hundredths and have none. */
const STEPS: { readonly [Name in Currency]?: number } = {
  ...Object.fromEntries(THOUSANDTHS.map((name) => [name, 10])),
  isk: 100,
  ugx: 100,
};

/** The step of a currency's amounts, in the units that Stripe counts in: 1 but for seven currencies. */
export const stepOf = (currency: Currency): number => STEPS[currency] ?? 1;
