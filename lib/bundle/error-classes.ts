/** A class as the SDK's code generator writes each error of a service, but for errors with something of their own. */
const GENERATED = new RegExp(
  [
    String.raw`^export class (\w+) extends __BaseException \{`,
    String.raw`    static shapeId = "([^"\\]+)";`,
    String.raw`    name = "([^"\\]+)";`,
    String.raw`    \$fault = "(client|server)";`,
    String.raw`((?:    \w+;\n)*)    constructor\(opts\) \{`,
    String.raw`        super\(\{`,
    String.raw`            name: "\3",`,
    String.raw`            \$fault: "\4",`,
    String.raw`            \.\.\.opts,`,
    String.raw`        \}\);`,
    String.raw`        Object\.setPrototypeOf\(this, \1\.prototype\);`,
    String.raw`((?:        this\.\w+ = opts\.\w+;\n)*)    \}`,
    String.raw`\}\n`,
  ].join('\\n'),
  'gm',
);

/** Makes the same class: its shape, what it says of itself, and its members in their order. */
const MADE = `function __sluiceError(shapeId, name, $fault, ...members) {
  return class Made extends __BaseException {
    static shapeId = shapeId;
    name = name;
    $fault = $fault;
    constructor(opts) {
      super({ name, $fault, ...opts });
      Object.setPrototypeOf(this, Made.prototype);
      for (const member of members) this[member] = opts[member];
    }
  };
}
`;

/**
 * Writes the error classes of an SDK client, of which a service has dozens, as calls of one function that makes such a class:
 * a quarter of the bytes, for a consumer 13 KB. A class that is not of the form that the SDK generates stays as it is.
 *
 * @param code of the client's `models/errors.js`
 */
export function withShortErrors(code: string): string {
  const short = code.replace(GENERATED, (whole, ...[Class, shapeId, name, fault, fields, assigned]: string[]) => {
    const members = (fields ?? '').match(/\w+/g) ?? [];
    const expected = members.map((member) => `        this.${member} = opts.${member};\n`).join('');
    if (assigned !== expected) return whole;
    const given = [shapeId, name, fault, ...members].map((one) => JSON.stringify(one)).join(', ');
    return `export const ${Class} = /* @__PURE__ */ __sluiceError(${given});\n`;
  });
  return short === code ? code : short + MADE;
}
