// Shared by the files of this room only; includes <curl/curl.h>.
#pragma once

#include <curl/curl.h>

#include <string>

#include "http/http.h"

namespace coder::http {

/// What a curl code means to the caller; `connected`: the request had begun to go out.
Failure classify(CURLcode code, bool connected);

/// In plain words; `detail` is curl's error buffer, used where it says more than the code, `os_error` the
/// errno of a failed connect or 0.
std::string describe(CURLcode code, const char* detail, long os_error);

}  // namespace coder::http
