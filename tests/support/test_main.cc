#define BOOST_TEST_MODULE coder
#include <boost/test/unit_test.hpp>
