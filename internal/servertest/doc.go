// Package servertest is the kit of the tests that need servers: it starts them on
// free ports of 127.0.0.1, sends requests, and stops everything when the test
// ends. What cannot start fails the test, so no function returns an error.
//
//	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
//	response := demo.Get(t, "/echo/legacy.job.v2?text=hi", servertest.Header{"X-Request-Id": "r-1"})
//
// [StartDemo] runs the server of "statusmap serve". [ServeGateway] runs another
// service behind a gateway; [ServeGRPC], [NewMux] and [ServeHTTP] are its parts.
package servertest
