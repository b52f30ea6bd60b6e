#include "context/features.h"

namespace coder::context {

const std::array<const char*, kFeatures> kFeatureNames = {
    "bm25_file", "bm25_chunk",  "path_words",     "name_words", "symbol_words", "said_names",
    "said_uses", "said_file",   "uses_out",       "uses_in",    "uses_walk",    "alike",
    "together",  "bound",       "spread",         "asked",      "subjects",     "activity",
    "fresh",     "same_folder", "near_folder",    "path_alike", "twin",         "same_stem",
    "test_pair", "folder_head", "same_extension", "is_source",  "is_test",      "size"};

}  // namespace coder::context
