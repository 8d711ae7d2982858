package catalogtest

// Report exports report for the tests.
var Report = report
