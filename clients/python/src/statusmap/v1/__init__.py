# Copyright 2026 The statusmap Authors
# SPDX-License-Identifier: Apache-2.0

"""The generated vocabulary: the options of legacy error enums."""
