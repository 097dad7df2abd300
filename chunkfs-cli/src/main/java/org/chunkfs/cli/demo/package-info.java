/** What {@code chunkfs demo} does: real files, real load, one wrecked chunk, one killed server. */
@NullMarked
package org.chunkfs.cli.demo;

import org.jspecify.annotations.NullMarked;
