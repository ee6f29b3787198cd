"""What fencelab wrote, read: means with 95 % intervals from compare.csv and clients.csv, rows of runs.csv, check.json."""
import csv
import json
import statistics

# 97.5 % quantiles of Student's distribution, by the number of seeds.
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}


class Cell:
    """Mean of a metric over seeds, with its 95 % interval."""

    def __init__(self, mean, low, high):
        self.mean, self.low, self.high = mean, low, high

    @classmethod
    def of_row(cls, row):
        """As compare.csv has it; of one seed there is no interval."""
        return cls(*(float(row[column] or row["mean"]) for column in ("mean", "ci95_low", "ci95_high")))

    @classmethod
    def of_values(cls, values):
        """The same from one value for each seed."""
        mean = statistics.fmean(values)
        half = STUDENT[len(values)] * statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0
        return cls(mean, mean - half, mean + half)


class Results:
    """What the commands of a page left in its folder of results."""

    def __init__(self, folder):
        self.folder = folder

    def compare(self, name, scenario=None):
        """Cells of NAME/compare.csv by (point, stack, metric), of one of its scenarios if there are more.

        A point is 'axis=value; axis=value'.
        """
        with open(self.folder / name / "compare.csv", newline="", encoding="utf-8") as file:
            return {(row["point"], row["stack"], row["metric"]): Cell.of_row(row)
                    for row in csv.DictReader(file) if scenario in (None, row["scenario"])}

    def runs(self, name):
        """Rows of NAME/runs.csv."""
        with open(self.folder / name / "runs.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def client(self, name, client, column):
        """Cells of NAME/clients.csv for one column of one client, by (point, stack)."""
        values = {}
        with open(self.folder / name / "clients.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["client"] == client:
                    values.setdefault((row["point"], row["stack"]), []).append(float(row[column]))
        return {key: Cell.of_values(of_seeds) for key, of_seeds in values.items()}

    def claims(self, name):
        """Checks of NAME/check.json, in its order."""
        with open(self.folder / name / "check.json", encoding="utf-8") as file:
            return json.load(file)["checks"]
