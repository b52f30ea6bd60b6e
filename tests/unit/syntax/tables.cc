#include <boost/test/unit_test.hpp>
#include <string>

#include "syntax/rules.h"

using namespace coder::syntax;

namespace {

constexpr Language kAll[] = {Language::python,     Language::rust, Language::c,    Language::cpp,
                             Language::lua,        Language::go,   Language::java, Language::javascript,
                             Language::typescript, Language::tsx,  Language::ruby, Language::bash};

}  // namespace

BOOST_AUTO_TEST_CASE(every_rule_names_what_its_grammar_has) {
  for (const Language language : kAll) {
    const Table& table = table_of(language);
    BOOST_TEST_CONTEXT(name_of(language)) {
      for (const std::string& unknown : table.unknown()) BOOST_TEST(false, unknown);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_core_reads_every_grammar) {
  for (const Language language : kAll) {
    const uint32_t version = ts_language_abi_version(table_of(language).grammar());
    BOOST_TEST(version >= static_cast<uint32_t>(TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION));
    BOOST_TEST(version <= static_cast<uint32_t>(TREE_SITTER_LANGUAGE_VERSION));
  }
}
