module github.com/statusmap/statusmap/statusconnect

// The lowest versions that pass the tests, so that the library upgrades nothing in its
// users' programs. The module in the folder interop tests with the newest.
go 1.24.0

require (
	connectrpc.com/connect v1.13.0
	github.com/google/go-cmp v0.6.0
	github.com/statusmap/statusmap v0.0.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20241219192143-6b3ec007d9bb
	google.golang.org/grpc v1.64.1
	google.golang.org/protobuf v1.36.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.22.0 // indirect
	golang.org/x/net v0.26.0 // indirect
	golang.org/x/sys v0.21.0 // indirect
	golang.org/x/text v0.17.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20240814211410-ddb44dafa142 // indirect
)
