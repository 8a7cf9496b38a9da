/** The tests that mirror a room: of `lib/operator/doctor` those in `test/unit/operator`. */
export function testsOf(room: string): string[] {
  if (room.startsWith('bin/')) return ['test/unit/bin/cli/**/*.test.ts', 'test/unit/bin/lines.test.ts'];
  const [, area = ''] = /^lib\/([a-z-]+)/.exec(room) ?? [];
  return [
    `test/unit/${area}/!(authoring)/**/!(backlog).test.ts`,
    `test/unit/${area}/*.test.ts`,
    `test/unit/${area}/authoring/!(new-job-type).test.ts`,
  ];
}
