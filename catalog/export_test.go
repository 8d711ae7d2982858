package catalog

// FamilyOf exports familyOf for the tests.
var FamilyOf = familyOf
