package catalogtest

// Report is what Check does with a catalog.
var Report = report
