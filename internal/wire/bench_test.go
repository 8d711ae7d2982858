package wire

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/statusmap/statusmap/catalog"
)

// BenchmarkReadStatus reads what the gateway reads of most errors: one ErrorInfo
// with four metadata.
func BenchmarkReadStatus(b *testing.B) {
	info := AppendErrorInfo(nil, "legacy.job.v2", "TASK_STATUS_CONFLICT", []catalog.Arg{
		{Name: "legacy_code", Value: "1239701"}, {Name: "task", Value: "42"}, {Name: "status", Value: "running"},
		{Name: "request_id", Value: "7af8fe59-0000-4000-8000-000000000000"},
	})
	var detail, status []byte
	detail = appendString(detail, 1, ErrorInfoURL)
	detail = appendString(detail, 2, string(info))
	status = protowire.AppendTag(status, 1, protowire.VarintType)
	status = protowire.AppendVarint(status, 9)
	status = appendString(status, 2, "操作失败!任务42当前状态:running")
	status = appendString(status, 3, string(detail))
	raw := string(status)
	i := Info{Metadata: make([]catalog.Arg, 0, 8)}
	b.ReportAllocs()
	for b.Loop() {
		i = Info{Metadata: i.Metadata[:0]}
		if _, _, ok := i.ReadStatus(nil, raw); !ok || !i.Found {
			b.Fatal("not read")
		}
	}
}
