#include "codec/value.h"

namespace coder::codec {

double Value::number_or(double fallback) const {
  if (const int64_t* i = as_int()) return static_cast<double>(*i);
  if (const double* d = as_double()) return *d;
  return fallback;
}

const Value* Value::find(std::string_view key) const {
  const Map* map = as_map();
  if (!map) return nullptr;
  for (auto it = map->rbegin(); it != map->rend(); ++it) {
    if (it->first == key) return &it->second;
  }
  return nullptr;
}

const char* Value::type_name() const {
  static constexpr const char* kNames[] = {"null",   "boolean", "integer", "number",
                                           "string", "array",   "object",  "extension"};
  return kNames[data_.index()];
}

}  // namespace coder::codec
