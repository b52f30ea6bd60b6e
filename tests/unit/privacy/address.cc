#include "privacy/address.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using privacy::Address;
using privacy::Lane;

namespace {

struct Good {
  const char* written;
  const char* url;
  const char* host;
  Lane lane;
  bool trusted;  ///< with nothing written out
};

const Good kGood[] = {
    {"http://localhost:8000/v1", "http://localhost:8000/v1", "localhost", Lane::local, true},
    {"HTTP://LocalHost:8000/V1/", "http://localhost:8000/V1", "localhost", Lane::local, true},
    {"http://127.0.0.1/v1", "http://127.0.0.1/v1", "127.0.0.1", Lane::local, true},
    {"http://127.255.3.4:1", "http://127.255.3.4:1", "127.255.3.4", Lane::local, true},
    {"http://[::1]:8080/v1//", "http://[::1]:8080/v1", "::1", Lane::local, true},
    {"http://[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]", "0:0:0:0:0:0:0:1", Lane::local, true},
    {" https://10.0.0.42:8000/v1\n", "https://10.0.0.42:8000/v1", "10.0.0.42", Lane::local, false},
    {"http://172.16.0.1", "http://172.16.0.1", "172.16.0.1", Lane::local, false},
    {"http://172.31.255.255", "http://172.31.255.255", "172.31.255.255", Lane::local, false},
    {"http://192.168.1.9", "http://192.168.1.9", "192.168.1.9", Lane::local, false},
    {"http://169.254.1.9", "http://169.254.1.9", "169.254.1.9", Lane::local, false},
    {"http://[fc00::1]", "http://[fc00::1]", "fc00::1", Lane::local, false},
    {"http://[FDFF::1]:80", "http://[fdff::1]:80", "fdff::1", Lane::local, false},
    {"http://[fe80::1%25eth0]:80", "http://[fe80::1%25eth0]:80", "fe80::1%25eth0", Lane::local, false},
    {"http://[febf::1]", "http://[febf::1]", "febf::1", Lane::local, false},
    {"https://api.deepseek.com/v1", "https://api.deepseek.com/v1", "api.deepseek.com", Lane::cloud, false},
    // Not in the private ranges, by one.
    {"http://9.255.255.255", "http://9.255.255.255", "9.255.255.255", Lane::cloud, false},
    {"http://11.0.0.0", "http://11.0.0.0", "11.0.0.0", Lane::cloud, false},
    {"http://172.15.0.1", "http://172.15.0.1", "172.15.0.1", Lane::cloud, false},
    {"http://172.32.0.1", "http://172.32.0.1", "172.32.0.1", Lane::cloud, false},
    {"http://192.169.0.1", "http://192.169.0.1", "192.169.0.1", Lane::cloud, false},
    {"http://128.0.0.1", "http://128.0.0.1", "128.0.0.1", Lane::cloud, false},
    {"http://126.0.0.1", "http://126.0.0.1", "126.0.0.1", Lane::cloud, false},
    {"http://100.64.0.1", "http://100.64.0.1", "100.64.0.1", Lane::cloud, false},
    {"http://[fec0::1]", "http://[fec0::1]", "fec0::1", Lane::cloud, false},
    {"http://[fbff::1]", "http://[fbff::1]", "fbff::1", Lane::cloud, false},
    {"http://[::2]", "http://[::2]", "::2", Lane::cloud, false},
    {"http://[::]", "http://[::]", "::", Lane::cloud, false},
    {"http://0.0.0.0:8000", "http://0.0.0.0:8000", "0.0.0.0", Lane::cloud, false},
    // Names and spellings that look private are names.
    {"http://localhost.", "http://localhost.", "localhost.", Lane::cloud, false},
    {"http://x.localhost", "http://x.localhost", "x.localhost", Lane::cloud, false},
    {"http://localhost.evil.com", "http://localhost.evil.com", "localhost.evil.com", Lane::cloud, false},
    {"http://localhost6", "http://localhost6", "localhost6", Lane::cloud, false},
    {"http://127.0.0.1.", "http://127.0.0.1.", "127.0.0.1.", Lane::cloud, false},
    {"http://127.0.0.1.nip.io", "http://127.0.0.1.nip.io", "127.0.0.1.nip.io", Lane::cloud, false},
    {"http://10.0.0.42.", "http://10.0.0.42.", "10.0.0.42.", Lane::cloud, false},
    {"http://127.1", "http://127.1", "127.1", Lane::cloud, false},
    {"http://2130706433", "http://2130706433", "2130706433", Lane::cloud, false},
    {"http://0x7f.0.0.1", "http://0x7f.0.0.1", "0x7f.0.0.1", Lane::cloud, false},
    {"http://0x7f000001", "http://0x7f000001", "0x7f000001", Lane::cloud, false},
    {"http://010.0.0.1", "http://010.0.0.1", "010.0.0.1", Lane::cloud, false},
    {"http://10.0.0.256", "http://10.0.0.256", "10.0.0.256", Lane::cloud, false},
    {"http://router.local", "http://router.local", "router.local", Lane::cloud, false},
    {"http://[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]", "::ffff:127.0.0.1", Lane::cloud, false},
};

}  // namespace

BOOST_AUTO_TEST_CASE(addresses_are_normalised_and_judged_by_their_text) {
  for (const Good& good : kGood) {
    BOOST_TEST_CONTEXT(good.written) {
      const Result<Address> address = privacy::parse_address(good.written);
      BOOST_TEST_REQUIRE(address.ok());
      BOOST_TEST(address->url == good.url);
      BOOST_TEST(address->host == good.host);
      BOOST_TEST(address->unix_socket == "");
      BOOST_TEST(privacy::to_string(privacy::default_lane(*address)) == privacy::to_string(good.lane));
      BOOST_TEST(privacy::is_trusted(*address, std::nullopt, std::nullopt) == good.trusted);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_local_and_trusted) {
  const Result<Address> address = privacy::parse_address("unix:///run/user/1000/Engine.sock");
  BOOST_TEST_REQUIRE(address.ok());
  BOOST_TEST(address->scheme == "unix");
  BOOST_TEST(address->unix_socket == "/run/user/1000/Engine.sock");
  BOOST_TEST(address->host == "");
  BOOST_TEST(address->url == "http://localhost/v1");
  BOOST_TEST((privacy::default_lane(*address) == Lane::local));
  BOOST_TEST(privacy::is_trusted(*address, std::nullopt, std::nullopt));
}

BOOST_AUTO_TEST_CASE(bad_addresses_are_refused_without_being_quoted) {
  const std::string bad[] = {
      "",
      "SECRET",
      "localhost:8000/v1",
      "10.0.0.42/v1",
      "//host/v1",
      "ftp://host/v1",
      "://host",
      "http://",
      "http:///v1",
      "http://:8000/v1",
      "http://user:SECRET@host/v1",
      "http://SECRET@host/v1",
      "http://host:@evil.com/v1",
      "http://host:/v1",
      "http://host:0/v1",
      "http://host:65536/v1",
      "http://host:80x/v1",
      "http://host:-80/v1",
      "http://host:99999999999999999999/v1",
      "http://host:80:90/v1",
      "http://host/v1?api_key=SECRET",
      "http://host/v1#SECRET",
      "http://host#@localhost/",
      "http://ho st/v1",
      "http://host/v 1",
      "http://host\\@evil.com/v1",
      "http://10.0.0.1\\.evil.com",
      "http://h\xC3\xB6st/v1",
      "http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/",
      std::string("http://localhost\0.evil.com", 26),
      "http://host\nHost: evil",
      "http://%6cocalhost/",
      "http://[::1/v1",
      "http://::1/v1",
      "http://[::1]x/v1",
      "http://[::1]evil.com/v1",
      "http://[localhost]/v1",
      "http://[127.0.0.1]/v1",
      "http://[]/v1",
      "http://[::g]/v1",
      "http://a[::1]/v1",
      "unix://run/x.sock",
      "unix:/run/x.sock",
      "unix://",
      "unix:///" + std::string(108, 'a'),
  };
  for (const std::string& written : bad) {
    BOOST_TEST_CONTEXT(written) {
      const Result<Address> address = privacy::parse_address(written);
      BOOST_TEST_REQUIRE(!address.ok());
      BOOST_TEST((address.error().kind == ErrorKind::config));
      BOOST_TEST(!address.error().message.empty());
      BOOST_TEST(!address.error().hint.empty());
      BOOST_TEST(address.error().text().find("SECRET") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(trust_is_what_is_written_out) {
  const Address loopback = *privacy::parse_address("http://127.0.0.1:8000/v1");
  const Address lan = *privacy::parse_address("http://10.0.0.42:8000/v1");
  const Address cloud = *privacy::parse_address("https://api.example.com/v1");
  using L = std::optional<Lane>;
  using T = std::optional<bool>;
  const struct {
    const Address& address;
    L lane;
    T trusted;
    bool expected;
  } cases[] = {
      {lan, {}, {}, false},
      {lan, Lane::local, {}, true},
      {lan, {}, true, true},
      {lan, Lane::local, false, false},
      {lan, Lane::cloud, {}, false},
      {lan, Lane::cloud, true, false},
      {loopback, {}, {}, true},
      {loopback, {}, false, false},
      {loopback, Lane::cloud, {}, false},
      {loopback, Lane::cloud, true, false},
      {loopback, Lane::local, {}, true},
      {cloud, {}, {}, false},
      {cloud, {}, true, true},
      {cloud, Lane::local, {}, true},
      {cloud, Lane::cloud, true, false},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.address.url << " lane " << (c.lane ? privacy::to_string(*c.lane) : "-")
                                     << " trusted " << (c.trusted ? (*c.trusted ? "yes" : "no") : "-")) {
      BOOST_TEST(privacy::is_trusted(c.address, c.lane, c.trusted) == c.expected);
    }
  }
}
