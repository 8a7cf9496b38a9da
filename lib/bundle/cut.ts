/** Something of a package that Sluice's own code never uses, and that a bundle therefore lacks. */
export interface Cut {
  readonly name: string;
  /** A package that is replaced, by what, and who imports it for nothing: other importers get the real one. */
  readonly standIn?: { readonly for: string; readonly file: string; readonly importer: RegExp };
  /** Files that are shortened. */
  readonly edits?: readonly { readonly file: RegExp; readonly edit: (code: string) => string }[];
  /** Code of the user's or of a third party that needs what is cut: with it in a bundle, nothing is cut. */
  readonly neededBy: RegExp;
  /** The same for a third party's package. @default `neededBy` */
  readonly neededByPackage?: RegExp;
  /** The same for a file of the SDK. */
  readonly neededBySdk?: (file: string, text: string) => Promise<boolean>;
}

/** Replaces a part of a file. @throws Error if the file does not contain it: the package has changed */
export function replacing(what: RegExp, by: string): (code: string) => string {
  return (code) => {
    const edited = code.replace(what, by);
    if (edited === code) throw new Error(`nothing in it matches ${what}: look at lib/bundle`);
    return edited;
  };
}
