package org.chunkfs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As much of JSON Schema as the documented schemas use. */
final class Schema {
  private static final JsonMapper JSON = new JsonMapper();

  private final JsonNode root;
  private final List<String> errors = new ArrayList<>();

  private Schema(JsonNode root) {
    this.root = root;
  }

  /**
   * What is wrong with a document by the schema in a file of chunkfs-fsck's docs; nothing if it
   * fits.
   */
  static List<String> check(String schema, String document) throws IOException {
    Path file = Path.of("..", "chunkfs-fsck", "docs", schema);
    Schema checker = new Schema(JSON.readTree(Files.readString(file)));
    checker.check(checker.root, JSON.readTree(document), "$");
    return checker.errors;
  }

  private void check(JsonNode schema, JsonNode value, String at) {
    if (schema.has("$ref")) {
      check(root.at(schema.path("$ref").asString().substring(1)), value, at);
      return;
    }
    if (schema.has("enum")) {
      boolean found = false;
      for (JsonNode each : schema.path("enum")) {
        found |= each.equals(value);
      }
      demand(found, at, value + " is none of " + schema.path("enum"));
      return;
    }
    switch (schema.path("type").asString()) {
      case "integer" -> demand(value.isIntegralNumber(), at, "no integer");
      case "string" -> demand(value.isString(), at, "no string");
      case "boolean" -> demand(value.isBoolean(), at, "no boolean");
      case "array" -> {
        demand(value.isArray(), at, "no array");
        for (int i = 0; i < value.size(); i++) {
          check(schema.path("items"), value.get(i), at + "[" + i + "]");
        }
      }
      case "object" -> object(schema, value, at);
      default -> demand(false, at, "the schema says nothing of it");
    }
  }

  private void object(JsonNode schema, JsonNode value, String at) {
    demand(value.isObject(), at, "no object");
    for (JsonNode name : schema.path("required")) {
      demand(value.has(name.asString()), at, "lacks " + name);
    }
    demand(!schema.path("additionalProperties").asBoolean(true), at, "an open schema");
    value
        .properties()
        .forEach(field -> {
          JsonNode of = schema.path("properties").path(field.getKey());
          demand(!of.isMissingNode(), at, "has " + field.getKey());
          if (!of.isMissingNode()) {
            check(of, field.getValue(), at + "." + field.getKey());
          }
        });
  }

  private void demand(boolean good, String at, String bad) {
    if (!good) {
      errors.add(at + ": " + bad);
    }
  }
}
