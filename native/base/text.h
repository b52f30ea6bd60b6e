// Small text helpers that several rooms share. All work on bytes in UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coder {

/// Without leading and trailing ASCII white space.
std::string_view trim(std::string_view text);

/// ASCII lower case; other bytes unchanged.
std::string lower_ascii(std::string_view text);

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// Pieces between separators; n separators give n + 1 pieces.
std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Unicode code points in `text`; an invalid byte counts as one.
size_t count_code_points(std::string_view text);

/// `text` with every invalid UTF-8 sequence (overlong, surrogate, cut off)
/// replaced by U+FFFD, one per maximal invalid part. Never throws.
std::string to_valid_utf8(std::string_view text);

/// Longest prefix of `text` of at most `max_bytes` that does not cut a code point.
std::string_view clip_utf8(std::string_view text, size_t max_bytes);

/// Levenshtein distance of short texts; some number above `most` as soon as it is sure to be more than that.
size_t edit_distance(std::string_view a, std::string_view b, size_t most = SIZE_MAX);

/// The candidate nearest to `name`, or empty when none is near enough to be meant.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// One line for a log or a message: control characters become spaces, clipped to `max_bytes`.
std::string one_line(std::string_view text, size_t max_bytes);

}  // namespace coder
