// Any text read as any language (the first byte says which): the outline is in order and inside the text, and
// the same a second time.
#include "syntax/outline.h"

#include <cstdio>

#include "support/fuzz_input.h"
#include "support/outline_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coder;
  const test::FuzzInput input(data, size < 16384 ? size : 16384);
  const auto language = static_cast<syntax::Language>(input.choice % 13);
  const syntax::Outline outline = syntax::outline(language, input.bytes);
  const std::string trouble = test::outline_trouble(outline, input.bytes, language == syntax::Language::go);
  test::require(trouble.empty(), trouble.c_str());
  const syntax::Outline again = syntax::outline(language, input.bytes);
  test::require(outline.symbols.size() == again.symbols.size() && outline.uses.size() == again.uses.size(),
                "twice the same");
  return 0;
}
