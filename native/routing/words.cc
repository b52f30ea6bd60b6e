#include "routing/words.h"

#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace coder::routing {

std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string one_decimal(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f", number);
  return text;
}

std::string dollars(double usd) {
  char text[64];
  std::snprintf(text, sizeof text, usd != 0 && std::fabs(usd) < 0.01 ? "$%.4f" : "$%.2f", usd);
  return text;
}

std::string wait_words(Millis wait) {
  if (wait < std::chrono::minutes(2)) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s";
  }
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(wait).count()) + " min";
}

std::string listed(const std::vector<const config::Model*>& models) {
  std::string text;
  for (size_t i = 0; i < models.size(); ++i) {
    if (i > 0) text += i + 1 < models.size() ? ", " : " and ";
    text += models[i]->name;
  }
  return text;
}

std::string said(std::string_view text) { return one_line(text, 200); }

}  // namespace coder::routing
