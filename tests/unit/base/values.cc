// Result, Secret, unique_function.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <set>
#include <type_traits>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/unique_function.h"

using namespace coder;

namespace {

template <class T, class = void>
struct is_printable : std::false_type {};
template <class T>
struct is_printable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<T>())>>
    : std::true_type {};

// A key cannot slip into a log line or a message by mistake.
static_assert(!is_printable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(is_printable<std::string>::value);

static_assert(!std::is_copy_constructible_v<unique_function<void()>>);
static_assert(std::is_nothrow_move_constructible_v<unique_function<void()>>);
static_assert(!std::is_constructible_v<unique_function<int(int)>, void (*)(int)>);

}  // namespace

BOOST_AUTO_TEST_CASE(a_result_is_a_value_or_an_error) {
  Result<int> seven = 7;
  BOOST_TEST(seven.ok());
  BOOST_TEST(*seven == 7);
  Result<int> failed = Error{ErrorKind::auth, "no", "do this"};
  BOOST_TEST(!failed.ok());
  BOOST_TEST(!static_cast<bool>(failed));
  BOOST_TEST((failed.error().kind == ErrorKind::auth));
  Result<std::unique_ptr<int>> owned = std::make_unique<int>(3);
  const std::unique_ptr<int> taken = std::move(owned).value();
  BOOST_TEST(*taken == 3);
  Result<void> fine;
  BOOST_TEST(fine.ok());
  fine = Error{ErrorKind::usage, "x", ""};
  BOOST_TEST(!fine.ok());
  BOOST_TEST(fine.error().message == "x");
}

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_and_its_exit_code) {
  const struct {
    ErrorKind kind;
    const char* name;
    int code;
  } kinds[] = {
      {ErrorKind::internal, "internal", 1}, {ErrorKind::usage, "usage", 2},
      {ErrorKind::config, "config", 3},     {ErrorKind::auth, "auth", 4},
      {ErrorKind::policy, "policy", 5},     {ErrorKind::edits, "edits", 6},
      {ErrorKind::provider, "provider", 7}, {ErrorKind::interrupted, "interrupted", 130},
  };
  for (const auto& k : kinds) {
    BOOST_TEST(to_string(k.kind) == k.name);
    BOOST_TEST(exit_code(k.kind) == k.code);
  }
}

BOOST_AUTO_TEST_CASE(an_error_reads_in_one_line) {
  BOOST_TEST((Error{ErrorKind::auth, "401", ""}.text()) == "401");
  BOOST_TEST((Error{ErrorKind::auth, "401 from x", "check it"}.text()) == "401 from x. check it");
  BOOST_TEST((Error{ErrorKind::auth, "401.", "check it"}.text()) == "401. check it");
  BOOST_TEST((Error{ErrorKind::auth, "really?", "yes"}.text()) == "really? yes");
  BOOST_TEST((Error{ErrorKind::auth, "", "yes"}.text()) == " yes");
}

BOOST_AUTO_TEST_CASE(a_secret_comes_out_one_way) {
  Secret secret("sk-1");
  BOOST_TEST(secret.reveal() == "sk-1");
  BOOST_TEST(!secret.empty());
  BOOST_TEST(Secret().empty());
  const Secret copy = secret;
  const Secret moved = std::move(secret);
  BOOST_TEST(copy.reveal() == "sk-1");
  BOOST_TEST(moved.reveal() == "sk-1");
}

BOOST_AUTO_TEST_CASE(what_is_pasted_around_a_key_is_cleaned) {
  const struct {
    const char* raw;
    const char* text;
    bool changed;
  } cases[] = {
      {"sk-1", "sk-1", false},
      {"sk-1\n", "sk-1", true},
      {" sk-1\r\n", "sk-1", true},
      {"\"sk-1\"", "sk-1", true},
      {"'sk-1'", "sk-1", true},
      {" ' sk-1 ' ", "sk-1", true},
      {"\"sk-1'", "\"sk-1'", false},
      {"\"", "\"", false},
      {"''", "", true},
      {"", "", false},
      {"  ", "", true},
      {"''sk''", "'sk'", true},
      {"sk 1", "sk 1", false},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.raw) {
      const CleanedKey cleaned = clean_key(c.raw);
      BOOST_TEST(cleaned.text == c.text);
      BOOST_TEST(cleaned.changed == c.changed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_unique_function_owns_what_it_captures) {
  auto owned = std::make_shared<int>(5);
  const std::weak_ptr<int> watch = owned;
  unique_function<int(int)> add = [owned = std::make_unique<std::shared_ptr<int>>(std::move(owned))](int x) {
    return **owned + x;
  };
  BOOST_TEST(static_cast<bool>(add));
  BOOST_TEST(add(2) == 7);
  unique_function<int(int)> moved = std::move(add);
  BOOST_TEST(!static_cast<bool>(add));
  BOOST_TEST(moved(3) == 8);
  moved = nullptr;
  BOOST_TEST(!static_cast<bool>(moved));
  BOOST_TEST(watch.expired());
}

BOOST_AUTO_TEST_CASE(a_unique_function_passes_arguments_on) {
  unique_function<std::string(std::unique_ptr<int>, std::string&)> call = [](std::unique_ptr<int> a,
                                                                             std::string& b) {
    b += "!";
    return std::to_string(*a) + b;
  };
  std::string text = "x";
  BOOST_TEST(call(std::make_unique<int>(1), text) == "1x!");
  BOOST_TEST(text == "x!");
  int count = 0;
  unique_function<void()> mutates = [&count, n = 0]() mutable { count = ++n; };
  mutates();
  mutates();
  BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_CASE(milliseconds_have_a_fraction) {
  const TimePoint start{};
  BOOST_TEST(millis_between(start, start + std::chrono::microseconds(1500)) == 1.5);
}
