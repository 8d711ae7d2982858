// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package conformance_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// TestJOBAnswers lets a client read answers as JOB's and ESB's public documentation prints them, or as
// their public source writes them.
func TestJOBAnswers(t *testing.T) {
	t.Parallel()
	codec, err := statushttp.New()
	if err != nil {
		t.Fatal(err)
	}
	const permission = `{"system_id":"bk_job","system_name":"作业平台","actions":[{"id":"access_business","name":"业务访问"}]}`
	for _, tt := range []struct {
		name   string
		domain string
		body   string

		wantData       string // of a success
		wantReason     string // of a failure: domain and reason
		wantGRPC       codes.Code
		wantMessage    string
		wantLegacyCode string
		wantRequestID  string
		wantPermission string
	}{
		{
			name:   "fast_execute_script, JOB v2",
			domain: "legacy.job.v2",
			body: `{
    "result": true,
    "code": 0,
    "message": "success",
    "data": {
        "job_instance_name": "API Quick execution script1521100521303",
        "job_instance_id": 10000
    }
}`,
			wantData: `{"job_instance_id":10000,"job_instance_name":"API Quick execution script1521100521303"}`,
		},
		{
			name:     "with the members that ESB adds, JOB v2",
			domain:   "legacy.job.v2",
			body:     `{"message":"success","code":0,"data":{"job_instance_id":10000},"permission":null,"result":true,"request_id":"7d5c0d2e"}`,
			wantData: `{"job_instance_id":10000}`,
		},
		{
			name:     "execute_task, JOB v1",
			domain:   "legacy.job.v1",
			body:     `{"result": true, "code": "00", "message": "", "data": {"taskInstanceName": "测试", "taskInstanceId": 10000}}`,
			wantData: `{"taskInstanceId":10000,"taskInstanceName":"测试"}`,
		},
		{
			name:     "the code that ESB adds, JOB v1",
			domain:   "legacy.job.v1",
			body:     `{"result":true,"data":{"taskInstanceId":10000},"message":"","code":0,"request_id":"7d5c0d2e"}`,
			wantData: `{"taskInstanceId":10000}`,
		},
		{
			name:   "get_job_instance_log, JOB v2: data is a list",
			domain: "legacy.job.v2",
			body: `{
    "result": true,
    "code": 0,
    "message": "",
    "data": [
        {"is_finished": true, "status": 3, "step_results": [{"tag": "", "ip_logs": [{"total_time": 60.599, "log_content": "job_start\n"}]}]}
    ]
}`,
			wantData: `[{"is_finished":true,"status":3,"step_results":[{"ip_logs":[{"log_content":"job_start\n","total_time":60.599}],"tag":""}]}]`,
		},
		{
			name:     "get_agent_status, JOB v1: data is a list",
			domain:   "legacy.job.v1",
			body:     `{"result": true, "code": "00", "message": "", "data": [{"status": 1, "ip": "10.0.0.1"}]}`,
			wantData: `[{"ip":"10.0.0.1","status":1}]`,
		},
		{
			name:           "a failure of JOB v2",
			domain:         "legacy.job.v2",
			body:           `{"permission":null,"message":"作业 42 不存在","code":1233106,"data":null,"result":false,"request_id":"7d5c0d2e"}`,
			wantReason:     "legacy.job.v2.JOB_NOT_FOUND",
			wantGRPC:       codes.NotFound,
			wantMessage:    "作业 42 不存在",
			wantLegacyCode: "1233106",
			wantRequestID:  "7d5c0d2e",
		},
		{
			name:           "a failure of JOB v1, whose code ESB drops",
			domain:         "legacy.job.v1",
			body:           `{"result":false,"message":"作业【42】不存在","request_id":"7d5c0d2e","data":null,"code":1306000}`,
			wantReason:     "legacy.esb.v1.COMMON_ERROR",
			wantGRPC:       codes.Unknown,
			wantMessage:    "作业【42】不存在",
			wantLegacyCode: "1306000",
			wantRequestID:  "7d5c0d2e",
		},
		{
			name:           "no permission in IAM",
			domain:         "legacy.job.v2",
			body:           `{"result":false,"code":9900403,"data":null,"message":"用户(admin)权限不足，请前往权限中心确认并申请补充后重试","permission":` + permission + `,"request_id":"7d5c0d2e"}`,
			wantReason:     "legacy.esb.v1.BK_PERMISSION_DENIED",
			wantGRPC:       codes.PermissionDenied,
			wantMessage:    "用户(admin)权限不足，请前往权限中心确认并申请补充后重试",
			wantLegacyCode: "9900403",
			wantRequestID:  "7d5c0d2e",
			wantPermission: permission,
		},
		{
			name:           "too many calls, with ESB's details",
			domain:         "legacy.job.v2",
			body:           `{"result":false,"code":1306429,"data":null,"message":"Access frequency limit, Access frequency of APP [x] to component [/v2/job/execute_job/] exceeds the limit; the frequency limit is [5/1s], please try again later","request_id":"7d5c0d2e"}`,
			wantReason:     "legacy.esb.v1.RATE_LIMIT_RESTRICTION",
			wantGRPC:       codes.ResourceExhausted,
			wantMessage:    "Access frequency limit, Access frequency of APP [x] to component [/v2/job/execute_job/] exceeds the limit; the frequency limit is [5/1s], please try again later",
			wantLegacyCode: "1306429",
			wantRequestID:  "7d5c0d2e",
		},
		{
			name:           "JOB is down",
			domain:         "legacy.job.v1",
			body:           `{"result":false,"code":1306201,"data":null,"message":"Component request third-party system [JOB] interface [execute_task] error: timed out, please try again later or contact component developer to handle this","request_id":"7d5c0d2e"}`,
			wantReason:     "legacy.esb.v1.REQUEST_THIRD_PARTY_ERROR",
			wantGRPC:       codes.Unavailable,
			wantMessage:    "Component request third-party system [JOB] interface [execute_task] error: timed out, please try again later or contact component developer to handle this",
			wantLegacyCode: "1306201",
			wantRequestID:  "7d5c0d2e",
		},
		{
			name:           "another number for a broken answer",
			domain:         "legacy.job.v2",
			body:           `{"result":false,"code":1306202,"data":null,"message":"JOB system interface results in an unknown format","request_id":"7d5c0d2e"}`,
			wantReason:     "legacy.esb.v1.THIRD_PARTY_RESULT_ERROR",
			wantGRPC:       codes.Internal,
			wantMessage:    "JOB system interface results in an unknown format",
			wantLegacyCode: "1306202",
			wantRequestID:  "7d5c0d2e",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, err := call(t, codec, tt.domain, tt.body)
			if tt.wantReason == "" {
				if err != nil || string(data) != tt.wantData {
					t.Errorf("got %s, %v, want %s", data, err, tt.wantData)
				}
				return
			}
			e, ok := status.FromError(err)
			if !ok {
				t.Fatalf("got %v, want %s", err, tt.wantReason)
			}
			if got := e.Code().FullName(); got != tt.wantReason || e.LegacyCode() != tt.wantLegacyCode || e.Message() != tt.wantMessage {
				t.Errorf("got %s %s %q, want %s %s %q", got, e.LegacyCode(), e.Message(), tt.wantReason, tt.wantLegacyCode, tt.wantMessage)
			}
			if got := grpcstatus.Code(err); got != tt.wantGRPC || e.RetryAfter() != 0 {
				t.Errorf("gRPC %v, retry after %v, want %v and no time", got, e.RetryAfter(), tt.wantGRPC)
			}
			if got, _ := e.MetadataValue("request_id"); got != tt.wantRequestID {
				t.Errorf("request id %q, want %q", got, tt.wantRequestID)
			}
			if got, _ := e.MetadataValue("permission"); got != tt.wantPermission {
				t.Errorf("permission %s, want %s", got, tt.wantPermission)
			}
		})
	}
}

// call calls a system that answers with body, over HTTP.
func call(t *testing.T, codec *statushttp.Codec, domain, body string) (data []byte, err error) {
	t.Helper()
	server := servertest.ServeHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if _, err := io.WriteString(w, body); err != nil {
			t.Error(err)
		}
	}), servertest.HTTP1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/c/compapi/v2/job/", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	client := statushttp.Client{Codec: codec, Domain: domain, HTTP: server.Client}
	return client.Do(request)
}
