#!/bin/sh
# chunkfs: this shell text, and right behind it the jar of the program. It finds a JDK, chooses the
# JVM's options for the command, and starts the jar that it is itself.
#
# CHUNKFS_JAVA_OPTS  more options for the JVM; they win over those chosen here

need=25

# True if $1 is the home of a JDK that is new enough. Reads its release file; starts nothing.
new_enough() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r key value; do
    [ "$key" = JAVA_VERSION ] || continue
    value=${value#\"}
    major=${value%%[!0-9]*}
    [ "${major:-0}" -ge "$need" ]
    return
  done <"$1/release"
  return 1
}

find_jdk() {
  on_path=$(command -v java) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/java}
  for home in "$JAVA_HOME" "$JAVA25_HOME" "$on_path" /usr/lib/jvm/* /usr/java/* /usr/local/java/* \
    /opt/java/* /opt/*jdk* /opt/*jvm*/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    new_enough "$home" && return
  done
  echo "chunkfs: needs Java $need or later, and found none in JAVA_HOME, JAVA25_HOME, PATH or" \
    "/usr/lib/jvm: install one, or set JAVA_HOME to it." >&2
  exit 127
}

name=${0##*/}
self=$(readlink -f "$0") || {
  echo "chunkfs: cannot find my own file from the name '$0'." >&2
  exit 127
}
find_jdk

# The command, whether it came as the program's name (mkfs.chunkfs) or as a word.
command=
case $name in
  *.chunkfs) command=${name%%.*} ;;
  *)
    for word; do
      case $word in
        -*) ;;
        *)
          command=$word
          break
          ;;
      esac
    done
    ;;
esac

heap=-Xmx256m
case $command in
  mount | bench | demo | torture) gc=-XX:+UseParallelGC tiers= ;;          # long, many threads
  fsck)                                                                    # seconds, little code
    gc='-XX:+UseSerialGC -Xmn64m' tiers=-XX:TieredStopAtLevel=1
    # A check needs little; a repair has all chunks in memory that what it repairs has names in.
    heap='-Xms96m -XX:MaxRAMPercentage=50'
    # A twentieth of the time goes into small pages of memory, where Linux has others to give.
    thp=/sys/kernel/mm/transparent_hugepage/enabled
    if [ -r $thp ] && read -r thp <$thp; then
      case $thp in *'[madvise]'* | *'[always]'*) heap="$heap -XX:+UseTransparentHugePages" ;; esac
    fi
    ;;
  mkfs | import | export | cp | cat | find | inspect | corrupt)
    gc=-XX:+UseSerialGC tiers= ;;                                          # long if there is much
  *) gc=-XX:+UseSerialGC tiers=-XX:TieredStopAtLevel=1 ;;                  # over at once
esac
case $CHUNKFS_JAVA_OPTS in
  *-XX:+Use*GC*) gc= ;;
esac

# The build rehearses commands and keeps what the JVM learned and loaded beside this file; without
# that file everything works, but starts and warms up more slowly.
if [ -n "$CHUNKFS_AOT_OUTPUT" ]; then
  aot=-XX:AOTCacheOutput=$CHUNKFS_AOT_OUTPUT
  set -- -cp "$self" org.chunkfs.cli.Rehearsal
elif [ -r "$self.aot" ]; then
  aot=-XX:AOTCache=$self.aot
else
  aot=-Xshare:auto
fi
[ -n "$CHUNKFS_AOT_OUTPUT" ] || set -- -jar "$self" "$@"

# Names in arguments and on the host are UTF-8, in a bare environment too.
case ${LC_ALL:-${LC_CTYPE:-$LANG}} in
  *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
  *) export LC_ALL=C.UTF-8 ;;
esac

# What the JVM itself has to say goes to stderr: stdout belongs to the command. No file of counters
# in /tmp: the server must never wait for a filesystem that it may be serving.
# shellcheck disable=SC2086 # options split into words on purpose
exec "$home/bin/java" $heap $gc $tiers "$aot" -XX:+UseCompactObjectHeaders -XX:-UsePerfData \
  -Xlog:disable -Xlog:all=warning,aot*=off,cds*=off:stderr --enable-native-access=ALL-UNNAMED $CHUNKFS_JAVA_OPTS \
  "-Dchunkfs.argv0=$name" "-Dchunkfs.self=$self" "$@"
