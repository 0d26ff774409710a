// Mocha's spec reporter, which also leaves its figures in the file that bin/test.js names.
const { writeFileSync } = require('node:fs');
const { Spec } = require('mocha').reporters;

module.exports = class CountingSpec extends Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.TEST_COUNTS;
    if (file) runner.once('end', () => writeFileSync(file, JSON.stringify(this.stats)));
  }
};
