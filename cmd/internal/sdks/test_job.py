# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""BlueKing's SDKs call JOB through ESB, and give its answers to their users.

Each case goes through two clients: the generated one of ESB's components
(bkapi-component-open), as its shortcuts make it, and one that is declared with
bkapi-client-core, as an API is that no package has.
"""

from __future__ import annotations

import json
import logging
import os
import unittest
from collections.abc import Callable, Iterator

from bkapi_client_core.esb import ESBClient, Operation, OperationGroup, bind_property
from bkapi_client_core.exceptions import HTTPResponseError
from bkapi_component.open.shortcuts import get_client_by_username

ESB = os.environ["JOB"]  # HTTP 200 for everything, as the real one
ESB_WITH_HTTP_STATUS = os.environ["JOB_WITH_HTTP_STATUS"]

REQUEST_ID = "7d5c0d2e"
PERMISSION = {
    "system_id": "bk_job",
    "system_name": "作业平台",
    "actions": [{"id": "access_business", "name": "业务访问", "related_resource_types": []}],
}

JOB_42 = {"reason": "JOB_NOT_FOUND", "metadata[job_id]": 42}
DENIED = {
    "reason": "BK_PERMISSION_DENIED",
    "metadata[user]": "admin",
    "metadata[permission]": json.dumps(PERMISSION, ensure_ascii=False),
}

# API version, language, arguments; code, message and permission of the failure.
FAILURES = [
    ("", None, {"reason": "BUSINESS_ID_INVALID"}, 1207101, "参数【appId】值不合法", None),
    ("", "en", {"reason": "BUSINESS_ID_INVALID"}, 1207101, "Invalid value of parameter appId", None),
    ("", None, JOB_42, 1203106, "作业 42 不存在", None),
    ("", "zh-hans", JOB_42, 1203106, "作业 42 不存在", None),
    ("", "en", JOB_42, 1203106, "Job 42 does not exist", None),
    ("v2", None, {"reason": "BUSINESS_ID_INVALID"}, 1237101, "参数【bk_biz_id】值不合法", None),
    ("v2", "en", {"reason": "BUSINESS_ID_INVALID"}, 1237101, "Invalid value of parameter bk_biz_id", None),
    ("v2", None, JOB_42, 1233106, "作业 42 不存在", None),
    ("v2", "zh-hans", JOB_42, 1233106, "作业 42 不存在", None),
    ("v2", "en", JOB_42, 1233106, "Job 42 does not exist", None),
    *(
        (version, language, DENIED, 9900403, message, PERMISSION)
        for version in ("", "v2")
        for language, message in (
            (None, "用户(admin)权限不足，请前往权限中心确认并申请补充后重试"),
            (
                "en",
                "User (admin) permission not allowed, "
                "please confirm and apply permission in IAM and try again",
            ),
        )
    ),
]


class JobGroup(OperationGroup):
    get_job_detail = bind_property(
        Operation,
        name="get_job_detail",
        method="GET",
        path="/api/c/compapi{bk_api_ver}/job/get_job_detail/",
    )


class DeclaredClient(ESBClient):
    job = bind_property(JobGroup, name="job")


def operations(endpoint: str, version: str, language: str | None) -> Iterator[tuple[str, Operation]]:
    """An operation of each SDK, with the SDK's name."""
    generated = get_client_by_username(
        "admin",
        endpoint=endpoint,
        bk_app_code="app",
        bk_app_secret="secret",
        accept_language=language,
    )
    generated.set_bk_api_ver(version)
    yield "bkapi-component-open", generated.jobv3.get_job_plan_detail
    declared = DeclaredClient(endpoint=endpoint, bk_api_ver=version, language=language)
    yield "bkapi-client-core", declared.job.get_job_detail


class JobTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        logging.disable()  # the SDK logs each failure

    def each_sdk(
        self, endpoint: str, version: str, language: str | None, test: Callable[[Operation], None]
    ) -> None:
        for sdk, operation in operations(endpoint, version, language):
            with self.subTest(sdk=sdk, version=version, language=language):
                test(operation)

    def test_success(self) -> None:
        def test(operation: Operation) -> None:
            self.assertEqual(
                operation({"text": "测试"}, headers={"X-Request-Id": REQUEST_ID}),
                {
                    "result": True,
                    "code": 0,
                    "data": {"text": "测试"},
                    "message": "",
                    "request_id": REQUEST_ID,
                },
            )

        for version in ("", "v2"):
            self.each_sdk(ESB, version, None, test)

    def test_failures(self) -> None:
        for version, language, arguments, code, message, permission in FAILURES:
            want = {
                "result": False,
                "code": code,
                "data": None,
                "message": message,
                "request_id": REQUEST_ID,
            }
            if permission is not None:
                want["permission"] = permission

            def test(operation: Operation) -> None:
                got = operation(arguments, headers={"X-Request-Id": REQUEST_ID})
                self.assertEqual(got, want)

            with self.subTest(code=code):
                self.each_sdk(ESB, version, language, test)

    def test_request_id_of_the_server(self) -> None:
        """The body of a call without an id has the one in the answer's header."""

        def test(operation: Operation) -> None:
            response = operation.request(JOB_42)
            self.assertTrue(response.headers["X-Request-Id"])
            self.assertEqual(response.json()["request_id"], response.headers["X-Request-Id"])

        for version in ("", "v2"):
            self.each_sdk(ESB, version, None, test)

    def test_http_status(self) -> None:
        """A gateway that sends each code's own HTTP status makes the SDKs raise."""
        for arguments, status, code in ((JOB_42, 404, 1233106), (DENIED, 403, 9900403)):

            def test(operation: Operation) -> None:
                with self.assertRaises(HTTPResponseError) as raised:
                    operation(arguments, headers={"X-Request-Id": REQUEST_ID})
                error = raised.exception
                self.assertEqual(error.response_status_code, status)
                answer = error.response_json()
                self.assertEqual((answer["code"], answer["request_id"]), (code, REQUEST_ID))
                # Only an error of BlueKing's API gateway itself has one.
                self.assertEqual(error.error_code, "")

            with self.subTest(code=code):
                self.each_sdk(ESB_WITH_HTTP_STATUS, "v2", None, test)
