package main

// Groups of targets.
const (
	building    = "Build an error and hand it to gRPC"
	reading     = "Read it on the client"
	translating = "Translate it at the gateway, status to bytes written"
	endToEnd    = "End to end, HTTP → gateway → gRPC → back; against the plain success of the same route"
	succeeding  = "What success costs"
	starting    = "Catalog"
)

const (
	build  = "BenchmarkBuild/statusmap/"
	read   = "BenchmarkRead/statusmap."
	render = "BenchmarkRender/statusmap/args=2"
	start  = "BenchmarkStart/codes="
)

// targets is what has to be shown. Where a peer could do less than we do, there
// are two lines: the peer doing the same, and the peer doing less.
var targets = append([]target{
	{group: building, text: "no arguments, against grpc-go making the same status", bench: build + "args=0", unit: "x:grpc-go_same/args=0", most: 0.05, profile: build + "args=0"},
	{group: building, text: "no arguments, against grpc-go making one without metadata", bench: build + "args=0", unit: "x:grpc-go/args=0", most: 0.05, profile: build + "args=0"},
	{group: building, text: "no arguments", bench: build + "args=0", unit: "allocs/op", most: 0},
	{group: building, text: "two arguments, against grpc-go making the same status", bench: build + "args=2", unit: "x:grpc-go_same/args=2", most: 0.40, profile: build + "args=2"},
	{group: building, text: "two arguments, against grpc-go with a constant message and without legacy_code", bench: build + "args=2", unit: "x:grpc-go/args=2", most: 0.40, profile: build + "args=2"},
	{group: building, text: "two arguments", bench: build + "args=2", unit: "allocs/op", most: 12},

	{group: reading, text: "FromError, against grpc-go's Details of two metadata", bench: read + "FromError", unit: "x:grpc-go.Details", most: 0.5, profile: read + "FromError"},
	{group: reading, text: "Is, against grpc-go's Details of two metadata", bench: read + "Is", unit: "x:grpc-go.Details", most: 0.5, profile: read + "Is"},
	{group: reading, text: "Is, of an error that was received", bench: read + "Is", unit: "allocs/op", most: 0},
	{group: reading, text: "Is, of an error that was made here", bench: read + "Is_made_here", unit: "allocs/op", most: 0},

	{group: translating, text: "against DefaultHTTPErrorHandler with the same status", bench: render, unit: "x:DefaultHTTPErrorHandler_same/args=2", most: 0.05, profile: render},
	{group: translating, text: "against DefaultHTTPErrorHandler with two metadata less", bench: render, unit: "x:DefaultHTTPErrorHandler/args=2", most: 0.05, profile: render},
	{group: translating, text: "against the hand-written handler with the same status", bench: render, unit: "x:hand-written_same/args=2", most: 0.2, profile: render},
	{group: translating, text: "against the hand-written handler with two metadata less", bench: render, unit: "x:hand-written/args=2", most: 0.2, profile: render},
	{group: translating, text: "allocations", bench: render, unit: "allocs/op", most: 0},
	{group: translating, text: "against the floor", bench: render, unit: "x:floor", most: 5, profile: render},
}, append(wholeRequests(), []target{
	{group: succeeding, text: "a successful RPC with the interceptor, against one that does nothing", bench: "BenchmarkInterceptor/success/statusmap", unit: "x:success/nothing", most: 1.01, profile: "BenchmarkInterceptor/success/statusmap"},
	{group: succeeding, text: "the interceptor alone on success, against one that does nothing, in shares of the RPC", bench: "BenchmarkInterceptorAlone/success/statusmap", unit: "ns/op", over: "BenchmarkInterceptor/success/nothing", plus: 1, most: 1.01},
	{group: succeeding, text: "the interceptor on success", bench: "BenchmarkInterceptorAlone/success/statusmap", unit: "allocs/op", most: 0},

	{group: starting, text: "start-up, a code of 500", bench: start + "500", unit: "ns/op", most: 2500, profile: start + "500"},
	{group: starting, text: "start-up, a code of 5,000", bench: start + "5000", unit: "ns/op", most: 2500, profile: start + "5000"},
	{group: starting, text: "start-up, a code of 50,000", bench: start + "50000", unit: "ns/op", most: 2500, profile: start + "50000"},
	{group: starting, text: "memory taken, a code of 500", bench: start + "500", unit: "B/op", most: 2000},
	{group: starting, text: "memory taken, a code of 50,000", bench: start + "50000", unit: "B/op", most: 2000},
	{group: starting, text: "look-up by enum value, 50,000 codes against 500", bench: "BenchmarkLookup/value/codes=50000", unit: "x:value/codes=500", most: 2.5, profile: "BenchmarkLookup/value/codes=50000"},
	{group: starting, text: "look-up by reason, 50,000 codes against 500", bench: "BenchmarkLookup/reason/codes=50000", unit: "x:reason/codes=500", most: 2.5, profile: "BenchmarkLookup/reason/codes=50000"},
	{group: starting, text: "look-up by legacy code, 50,000 codes against 500", bench: "BenchmarkLookup/legacy_code/codes=50000", unit: "x:legacy_code/codes=500", most: 2.5, profile: "BenchmarkLookup/legacy_code/codes=50000"},
}...)...)

func wholeRequests() []target {
	var list []target
	for _, client := range []struct{ name, text string }{
		{"net_http_with_id", "the client sends a request id, and both sides pass it on"},
		{"net_http", "the client sends none; ours makes one, the plain gateway has none"},
	} {
		bench := "BenchmarkEndToEnd/" + client.name + "/"
		for _, exit := range []struct {
			name, text string
			most       float64
		}{
			{"statusmap_english_error/args=2", "an error with two arguments, its message in English", 1.03},
			{"statusmap_error/args=2", "an error with two arguments, its message in Chinese", 1.03},
			{"statusmap_success", "the success envelope", 1.05},
		} {
			t := target{group: endToEnd, text: exit.text + "; " + client.text + ": time", bench: bench + exit.name, unit: "x:plain_success", most: exit.most, profile: bench + exit.name}
			list = append(list, t)
			t.text, t.unit, t.over, t.profile = exit.text+"; "+client.text+": allocations", "allocs/op", bench+"plain_success", ""
			list = append(list, t)
		}
	}
	return list
}
