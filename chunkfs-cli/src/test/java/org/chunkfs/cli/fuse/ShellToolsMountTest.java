package org.chunkfs.cli.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** The programs that people use on filesystems, on a real mount. */
@NeedsFuse
@Timeout(120)
final class ShellToolsMountTest {
  private static MountedVfs mounted;

  @BeforeAll
  static void mount() throws IOException {
    mounted = MountedVfs.memory();
  }

  @AfterAll
  static void unmount() throws IOException {
    mounted.close();
  }

  private static Path fresh(TestInfo test) throws IOException {
    return mounted.newDirectory(test.getTestMethod().orElseThrow().getName());
  }

  @Test
  void cpMvAndRm(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        mkdir -p src/a/b/c src/empty
        for i in $(seq 200); do echo "content $i" > src/a/b/f$i; done
        ln src/a/b/f1 src/a/hard; ln -s ../a/b/f2 src/a/soft; mkfifo src/a/fifo
        truncate -s 10M src/sparse; printf end >> src/sparse
        chmod 4711 src/a/b/f3; touch -d '2001-02-03 04:05:06.789012345' src/a/b/f4
        cp -a src copy
        diff -r --no-dereference --exclude fifo src copy
        test -p copy/a/fifo
        test "$(stat -c '%a %y' copy/a/b/f4)" = "$(stat -c '%a %y' src/a/b/f4)"
        test "$(stat -c %a copy/a/b/f3)" = 4711
        test copy/a/hard -ef copy/a/b/f1
        test "$(stat -c %b copy/sparse)" -lt 100
        mv copy/a moved; mv moved src/empty/; test -f src/empty/moved/b/f200
        rm -rf src copy
        test -z "$(ls -A)"
        """);
  }

  @Test
  void tarThereAndBack(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        mkdir in; for i in 1 2 3; do head -c ${i}00000 /dev/urandom > in/f$i; done
        ln -s f1 in/l; ln in/f1 in/h; truncate -s 5M in/hole
        setfattr -n user.note -v hello in/f2
        tar --xattrs --sparse -cf t.tar in
        mkdir out; tar --xattrs -xf t.tar -C out
        diff -r in out/in
        test "$(getfattr --only-values -n user.note out/in/f2)" = hello
        test out/in/f1 -ef out/in/h
        """);
  }

  @Test
  void gitKeepsARepository(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
        export HOME=$PWD
        git init -q r; cd r
        for i in $(seq 100); do seq $i > f$i; done
        git add .; git commit -qm one
        git checkout -q -b other; git mv f1 g1; git commit -qam two
        git checkout -q -; git gc -q; git fsck --strict
        test -z "$(git status --porcelain)"
        """);
  }

  @Test
  void sqliteKeepsADatabase(TestInfo test) throws IOException {
    String said =
        Shell.run(
            fresh(test),
            """
            for mode in delete wal; do
              sqlite3 $mode.db "pragma journal_mode=$mode; create table t(a); begin;
                with recursive n(i) as (select 1 union all select i+1 from n where i<5000)
                insert into t select i from n; commit; delete from t where a % 2; vacuum;"
              sqlite3 $mode.db 'pragma integrity_check; select count(*) from t;'
            done
            """);
    assertThat(said.lines()).containsSubsequence("ok", "2500", "ok", "2500");
  }

  @Test
  void rsyncFindsNothingLeftToDo(TestInfo test) throws IOException {
    String said =
        Shell.run(
            fresh(test),
            """
            mkdir -p a/x/y; for i in $(seq 50); do echo $i > a/x/$i; done; ln a/x/1 a/x/y/1
            rsync -aHX a/ b/
            diff -r a b
            rsync -aHXi a/ b/
            """);
    assertThat(said).isEmpty();
  }

  @Test
  void extendedAttributesHaveNamespaces(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        touch f; mkdir d
        setfattr -n user.a -v 1 f; setfattr -n user.b -v 2 d; setfattr -n trusted.t -v 3 f
        test "$(getfattr -n user.b --only-values d)" = 2
        test "$(getfattr -m - f | grep -c =)" = 0
        test "$(getfattr -m - f | grep -c '^[ut]')" = 2
        setpriv --reuid=65534 --regid=65534 --clear-groups getfattr -m - f > names
        ! grep trusted names
        ! setfacl -m u:1:r f 2> err; grep -i 'not supported' err
        ! setfattr -n unknown.space -v x f 2> err; grep -i 'not supported' err
        ! setfattr -x user.none f 2> err; grep -i 'no such attribute\\|no data' err
        """);
  }

  @Test
  void setIdBitsGoWhereTheyMust(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        mode() { stat -c %a f; }
        nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups sh -euc "$1"; }
        reset() { rm -f f; printf 0123456789 > f; chown 65534:65534 f; chmod "$1" f; }
        chmod 777 .
        reset 6777; nobody 'echo x >> f';          test "$(mode)" = 777
        reset 6777; nobody 'truncate -s 3 f';      test "$(mode)" = 777
        reset 6777; nobody ': > f';                test "$(mode)" = 777
        reset 6777; nobody 'fallocate -l 99 f';    test "$(mode)" = 777
        reset 6767; nobody 'echo x >> f';          test "$(mode)" = 2767
        reset 6777; echo x >> f;                   test "$(mode)" = 6777
        reset 6777; chown 1:1 f;                   test "$(mode)" = 777
        reset 6777; chgrp 2 f;                     test "$(mode)" = 777
        reset 0777; nobody 'echo x >> f';          test "$(mode)" = 777
        mkdir d; chown 65534:65534 d; chmod 6777 d; chown 1:1 d; test "$(stat -c %a d)" = 6777
        """);
  }

  @Test
  void setGroupIdDirectoriesHandTheirGroupOn(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        umask 027
        mkdir d; chgrp 77 d; chmod 2775 d
        touch d/f; mkdir d/e; mknod d/p p; ln -s x d/l
        test "$(stat -c '%g %a' d/f)" = '77 640'
        test "$(stat -c '%g %a' d/e)" = '77 2750'
        test "$(stat -c '%g %a' d/p)" = '77 640'
        test "$(stat -c %g d/l)" = 77
        """);
  }

  @Test
  void permissionsAreChecked(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$1"; }
        chmod 755 .; echo secret > f; chmod 600 f; mkdir -m 1777 tmp; touch tmp/mine
        ! nobody 'cat f' 2> err; grep 'Permission denied' err
        ! nobody 'touch g' 2> err; grep 'Permission denied' err
        ! nobody 'rm -f tmp/mine' 2> err; grep 'not permitted' err
        nobody 'touch tmp/theirs'; test "$(stat -c %u tmp/theirs)" = 65534
        """);
  }

  @Test
  void devicesKeepTheirNumbers(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        """
        mknod c c 259 1048575; mknod b b 8 17
        test "$(stat -c '%F %t %T' c)" = 'character special file 103 fffff'
        test "$(stat -c '%F %t %T' b)" = 'block special file 8 11'
        """);
  }

  @Test
  void locksHold(TestInfo test) throws IOException {
    Shell.run(
        fresh(test),
        "touch l; exec 9>l; flock -n 9; ! flock -n l true; flock -u 9; flock -n l true");
  }
}
