Console.WriteLine("cf");
