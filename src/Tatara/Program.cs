Console.WriteLine("tatara");
