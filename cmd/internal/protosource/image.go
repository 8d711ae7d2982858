// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package protosource

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// isImage reports whether the name of a file is that of a buf image. A FileDescriptorSet
// of protoc is one too.
func isImage(file string) bool {
	file = strings.TrimSuffix(file, ".gz")
	return strings.HasSuffix(file, ".binpb") || strings.HasSuffix(file, ".bin") || strings.HasSuffix(file, ".pb") || strings.HasSuffix(file, ".json")
}

// addImage adds the files of a buf image.
func (l *loader) addImage(source string) error {
	set, err := readImage(source)
	if err != nil {
		return fmt.Errorf("cannot read %q: %w: use an image that \"buf build --output\" has written", source, cause(err))
	}
	// An image may lack its imports. The options are known without them.
	files, err := protodesc.FileOptions{AllowUnresolvable: true}.NewFiles(set)
	if err != nil {
		return fmt.Errorf("cannot use %q: %w: use an image that \"buf build --output\" has written", source, err)
	}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if err = l.files.Registry.RegisterFile(file); err != nil {
			err = fmt.Errorf("cannot use %q: %w: use only one of the sources that define the name", source, err)
		}
		return err == nil
	})
	return err
}

func readImage(file string) (*descriptorpb.FileDescriptorSet, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // the user named it
	if err != nil {
		return nil, err
	}
	name, compressed := strings.CutSuffix(file, ".gz")
	if compressed {
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		if raw, err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
	set := new(descriptorpb.FileDescriptorSet)
	if strings.HasSuffix(name, ".json") {
		// Images have fields of buf's own, and options that are not linked in.
		err = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(raw, set)
	} else {
		err = proto.Unmarshal(raw, set)
	}
	if err == nil && len(set.GetFile()) == 0 {
		err = errors.New("it has no files")
	}
	return set, err
}
