package catalog

// FamilyOf is for the tests of package catalog_test.
var FamilyOf = familyOf
