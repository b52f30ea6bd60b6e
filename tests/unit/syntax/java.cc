#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(java_definitions_and_uses) {
  test::check(Language::java, R"text(package com.example.app;

import java.util.List;
import static java.lang.Math.max;
import com.example.util.*;

/** Doc. */
@Service("x")
public class Store<T extends Item> extends Base<T> implements Closeable, Comparable<Store<T>> {
    /** Limit. */
    public static final int LIMIT = 10;
    @Inject private Repo repo, other;
    private final Map<String, List<T>> cache = new HashMap<>();

    @Autowired
    // between
    public Store(Repo repo) { super(repo); this.repo = repo; }

    /**
     * Finds.
     */
    @Override
    @Cacheable(value = "items")
    public <R> Optional<R> find(final String key, Function<T, R> mapper, int... rest) throws NotFound {
        List<T> items = repo.findAll(key, LIMIT);
        for (T item : items) { if (item instanceof Special special) special.run(); }
        try (Stream s = open()) { Util.log(key); } catch (IOException e) { throw new NotFound(e); }
        items.forEach(item -> other.touch(item.getId()));
        Runnable r = () -> { helper(); };
        return items.stream().map(Item::name).map(mapper).findFirst();
    }

    enum Color { RED(1), /** Green. */ GREEN { void x() {} }; private final int code; Color(int c) { code = c; } }
    record Point(int x, int y) { Point { check(x); } }
    interface Visitor<R> { int DEPTH = 3; R visit(Node node); default void done() {} }
    @interface Marker { String value() default "x"; }
}
)text",
              {R"out(
7-37 type Store | public class Store<T extends Item> extends Base<T> implements Closeable, Comparable<Store<T>>
10-11 constant Store.LIMIT | public static final int LIMIT = 10;
12-12 field Store.repo | private Repo repo, other;
12-12 field Store.other | @Inject private Repo repo, other;
13-13 field Store.cache | private final Map<String, List<T>> cache = new HashMap<>();
15-17 method Store.Store | public Store(Repo repo)
19-31 method Store.find | public <R> Optional<R> find(final String key, Function<T, R> mapper, int... rest) throws NotFound
33-33 type Store.Color | enum Color
33-33 field Store.Color.RED | RED(1)
33-33 field Store.Color.GREEN | GREEN
33-33 method Store.Color.GREEN.x | void x()
33-33 field Store.Color.code | private final int code;
33-33 method Store.Color.Color | Color(int c)
34-34 type Store.Point | record Point(int x, int y)
34-34 method Store.Point.Point | Point
35-35 type Store.Visitor | interface Visitor<R>
35-35 constant Store.Visitor.DEPTH | int DEPTH = 3;
35-35 method Store.Visitor.visit | R visit(Node node);
35-35 method Store.Visitor.done | default void done()
36-36 type Store.Marker | @interface Marker
36-36 method Store.Marker.value | String value() default "x";
)out",
               R"out(
: import:List import:max
Store: type:Service type:Item type:Base type:Closeable type:Comparable type:Store type:Inject type:Repo type:Map type:String type:List type:HashMap
Store.Store: type:Autowired type:Repo attribute:repo
Store.find: type:Override type:Cacheable type:Optional type:String type:Function type:NotFound*2 type:List name:repo call:findAll name:LIMIT type:Special call:run type:Stream call:open type:Util call:log type:IOException call:forEach name:other call:touch call:getId type:Runnable call:helper call:stream call:map*2 type:Item name:name call:findFirst
Store.Color.Color: name:code
Store.Point.Point: call:check
Store.Visitor.visit: type:Node
Store.Marker.value: type:String
)out",
               "java.util.List, java.lang.Math.max, com.example.util"});
}
