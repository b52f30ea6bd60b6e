// What their paths alone tell of files, and what kind of file each is.
#pragma once

#include <string_view>

#include "context/features.h"
#include "context/question.h"

namespace coder::context {

/// Code, as opposed to documentation, data, settings and lock files: a language of the index, or one of the
/// usual extensions of others.
bool is_source(std::string_view path);
/// By its folders ("tests", "spec") or its name ("test_x.py", "x_test.go", "x.spec.ts").
bool is_test(std::string_view path);

void score_paths(const workspace::Index& index, const Question& question, Sheet& sheet);

/// Facts about each file that no query changes: is_source, is_test, size.
void score_kinds(const workspace::Index& index, Sheet& sheet);

}  // namespace coder::context
